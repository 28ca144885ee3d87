import type { IncomingMessage } from "node:http";

/**
 * Keeps the Functions Framework from reading bodies before the function decides about their heads: it would hold up to 1 GiB
 * of each, inflated (its server.js, requestLimit). Its parsers read a body only where `headers` announce one (type-is,
 * hasBody); the listener goes by `rawHeaders`. Node.js announces every request to the channel before its server does.
 */
export function keepBodiesFromFramework(): void {
  const { subscribe } = process.getBuiltinModule("node:diagnostics_channel");
  subscribe("http.server.request.start", (message) => {
    const { headers } = (message as { readonly request: IncomingMessage }).request;
    delete headers["content-length"];
    delete headers["transfer-encoding"];
  });
}

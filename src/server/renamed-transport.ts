import type { Transport } from "@modelcontextprotocol/server";
import type { ScopeAwareTransport } from "./message-interceptor.ts";
import type { ServerRoute } from "./server-factory.ts";

/** A transport with the server's names, on one with the client's. */
export function renamedTransport(outer: Transport, { toServer, toClient }: ServerRoute): Transport {
  const inner: ScopeAwareTransport = {
    ...(outer.sessionId !== undefined && { sessionId: outer.sessionId }),
    start: () => outer.start(),
    send: (message, options) => outer.send(toClient(message), options),
    close: () => outer.close(),
    setScopeChallengeResolver: (resolve) =>
      (outer as ScopeAwareTransport).setScopeChallengeResolver?.((asked) =>
        resolve({ ...asked, request: toServer(asked.request) }),
      ),
  };
  outer.onmessage = (message, extra) => inner.onmessage?.(toServer(message), extra);
  outer.onclose = () => inner.onclose?.();
  outer.onerror = (error) => inner.onerror?.(error);
  return inner;
}

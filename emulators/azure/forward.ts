import { type IncomingMessage, request as openRequest, type ServerResponse } from "node:http";
import { drained } from "../../adapters/shared/backpressure.ts";
import type { FrontEndRequest } from "./front-end.ts";

export interface Forwarding {
  /** URL of the worker's HTTP server. */
  readonly to: URL;
  readonly invocationId: string;
  readonly request: FrontEndRequest;
  readonly body: Buffer;
  readonly response: ServerResponse;
}

/** The peer of every connection of the host: the front end, never the client. */
const FRONT_END = "169.254.130.1";

/** Headers that are copied in neither direction (YARP, RequestUtilities.HeadersToExclude). */
const HOP_HEADERS = new Set(
  "alt-svc alpn close connection http2-settings keep-alive proxy-authenticate proxy-authorization proxy-connection te transfer-encoding upgrade upgrade-insecure-requests".split(
    " ",
  ),
);

/**
 * Forwards one request to the worker's HTTP server and its response to the client, as the host does with YARP
 * (azure-functions-host, DefaultHttpProxyService). Resolves with the problem, or undefined; never rejects.
 */
export async function forward(forwarding: Forwarding): Promise<string | undefined> {
  const { request, response, to } = forwarding;
  // A request of .NET's HttpClient can hold only ASCII (SocketsHttpHandler.RequestHeaderEncodingSelector).
  if (request.headers.some(([, value]) => /[^\t -~]/.test(value))) return "a header that is not ASCII";
  const upstream = openRequest({
    agent: false,
    host: "127.0.0.1",
    port: to.port,
    method: request.method,
    path: encodePath(request.path) + request.query,
    headers: headersFor(forwarding),
  });
  // HttpContext.RequestAborted ends the exchange with the worker; the function is not told.
  response.once("close", () => upstream.destroy());
  try {
    const received = await new Promise<IncomingMessage>((resolve, reject) => {
      upstream.once("response", resolve).on("error", reject).end(forwarding.body);
    });
    await copy(received, response);
    return undefined;
  } catch (error) {
    // Only an abort keeps the client from taking half a response for a whole one (YARP, ResetOrAbort).
    if (response.headersSent) response.destroy();
    return String(error);
  }
}

/** Sends status and headers with the first byte of the body, and not before (YARP, HttpForwarder, "Step 7-B"). */
async function copy(received: IncomingMessage, response: ServerResponse): Promise<void> {
  const headers: string[] = [];
  for (let index = 0; index + 1 < received.rawHeaders.length; index += 2) {
    const [name = "", value = ""] = received.rawHeaders.slice(index, index + 2);
    if (!HOP_HEADERS.has(name.toLowerCase())) headers.push(name, value);
  }
  const begin = (): void => {
    if (!response.headersSent) response.writeHead(received.statusCode ?? 502, headers);
  };
  for await (const chunk of received) {
    begin();
    if (!response.write(chunk)) await drained(response);
  }
  begin();
  response.end();
}

/**
 * The headers for the worker: `host` becomes the worker's, the X-Forwarded-* are set anew (YARP,
 * TransformBuilder.CreateTransformer), and the id of the invocation replaces a client's header of that name
 * (https://github.com/Azure/azure-functions-host/pull/10980).
 */
function headersFor({ to, invocationId, request, body }: Forwarding): Record<string, string[] | string> {
  const headers: Record<string, string[]> = {};
  for (const [name, value] of request.headers) {
    if (!HOP_HEADERS.has(name)) headers[name] = [...(headers[name] ?? []), value];
  }
  const joined = Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [name, values.join(name === "cookie" ? "; " : ", ")]),
  );
  delete joined.expect;
  return {
    ...joined,
    host: to.host,
    // As YARP keeps its connections: a worker that answers early would close this one under what is still sent.
    connection: "keep-alive",
    "x-forwarded-for": FRONT_END,
    "x-forwarded-host": joined.host ?? "",
    "x-forwarded-proto": joined["x-forwarded-proto"] ?? "http",
    "x-ms-invocation-id": invocationId,
    ...(body.length > 0 && { "content-length": String(body.length) }),
  };
}

/** Encodes all characters but these, and so `%` too (YARP, RequestUtilities.EncodePath). */
const encodePath = (path: string): string =>
  path.replace(/[^!$&'()*+,\-./0-9:;=@A-Z_a-z~]+/g, (text) => encodeURIComponent(text.toWellFormed()));

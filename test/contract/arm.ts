import { request as httpRequest, type IncomingMessage } from "node:http";
import type { HttpHandler } from "../../src/adapter.ts";

/** A request as a client puts it on the wire. */
export interface SentRequest {
  readonly method: string;
  /** Path and query, sent as they are. */
  readonly url: string;
  /** Names and values in turn: a name may come twice. */
  readonly headers?: readonly string[];
  readonly body?: Uint8Array;
  /** Goes away in the middle of the answer. */
  readonly signal?: AbortSignal;
}

export interface ReceivedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Rejects when the connection breaks before the end. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** One way to reach a handler: a platform's adapter behind that platform's ingress. */
export interface Arm {
  send(request: SentRequest): Promise<ReceivedResponse>;
  close(): Promise<void>;
  /** Origin for tests that write to the socket themselves; absent in process. */
  readonly origin?: string;
}

/** Ways in which platforms differ. */
export interface Traits {
  readonly canStream: boolean;
  /** Azure's host decodes the path and encodes it again by rules of its own, and routes none with an empty segment. */
  readonly exactPath: boolean;
  /** API Gateway REST hands queries over decoded and sorted by name. */
  readonly exactQuery: boolean;
  /** Whether the platform tells the handler that the client went away. */
  readonly tellsDisconnect: boolean;
  /** Name under which `www-authenticate` reaches the client. */
  readonly challengeHeader: string;
  /** Largest binary request body, in bytes. */
  readonly maxRequestBytes: number;
  /** Methods that the platform lets through to a function. */
  readonly methods: readonly string[];
}

/** Calls the handler itself: the arm that shows what the contract means. */
export function inProcessArm(handler: HttpHandler): Arm {
  return {
    async send({ method, url, headers = [], body, signal }) {
      const joined: Record<string, string> = {};
      for (let at = 0; at < headers.length; at += 2) {
        const name = (headers[at] ?? "").toLowerCase();
        joined[name] = name in joined ? `${joined[name]}, ${headers[at + 1]}` : (headers[at + 1] ?? "");
      }
      const response = await handler(
        { method, url, headers: joined, ...(body && { body }) },
        {
          requestId: crypto.randomUUID(),
          canStream: true,
          clientIp: "127.0.0.1",
          deadline: new AbortController().signal,
          waitUntil: () => {},
          ...(signal && { signal }),
        },
      );
      return { ...response, chunks: encoded(response.body ?? "", signal) };
    },
    close: async () => {},
  };
}

async function* encoded(body: string | AsyncIterable<string>, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
  if (typeof body === "string") return yield Buffer.from(body);
  for await (const chunk of body) {
    yield Buffer.from(chunk);
    if (signal?.aborted) throw signal.reason;
  }
}

/** Speaks HTTP to an emulator. */
export function httpArm({ url: origin, close }: { readonly url: string; close(): Promise<void> }): Arm {
  const { hostname, port } = new URL(origin);
  return {
    origin,
    close,
    async send({ method, url, headers = [], body, signal }) {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const framing = body ? ["content-length", String(body.length)] : [];
        const options = {
          hostname,
          port,
          method,
          path: url,
          headers: [...(namesHost(headers) ? [] : ["host", `${hostname}:${port}`]), ...headers, ...framing],
        };
        httpRequest({ ...options, agent: false, setDefaultHeaders: false, ...(signal && { signal }) }, resolve)
          .on("error", reject)
          .end(body);
      });
      return { status: response.statusCode ?? 0, headers: response.headers, chunks: response };
    },
  };
}

const namesHost = (headers: readonly string[]): boolean =>
  headers.some((text, at) => at % 2 === 0 && text.toLowerCase() === "host");

/** The whole body of a response, as bytes. */
export async function readAll({ chunks }: ReceivedResponse): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(chunks));
}

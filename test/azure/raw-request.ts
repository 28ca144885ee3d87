import { type IncomingMessage, request } from "node:http";

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

export interface RawRequest {
  readonly method?: string;
  /** Sent as it stands, which `fetch` would not do. */
  readonly target?: string;
  /** Name and value in turn, so that a name may come twice. */
  readonly headers?: readonly string[];
  readonly body?: string | Uint8Array;
}

/** Opens a request and settles with its response as soon as the headers are there. */
export function open(
  url: string,
  { method = "GET", target = "/", headers = [], body }: RawRequest,
): Promise<IncomingMessage> {
  const { host, hostname, port } = new URL(url);
  const sent = ["host", host, ...headers];
  if (body !== undefined) sent.push("content-length", String(Buffer.byteLength(body)));
  return new Promise((resolve, reject) => {
    request({ hostname, port, method, path: target, headers: sent, agent: false })
      .once("response", resolve)
      .once("error", reject)
      .end(body);
  });
}

/** A whole exchange; rejects when the connection breaks. */
export async function ask(url: string, options: RawRequest = {}): Promise<RawAnswer> {
  const answer = await open(url, options);
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) };
}

export const json = ({ body }: RawAnswer): Record<string, unknown> => JSON.parse(body.toString());

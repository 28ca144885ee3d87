import { type Agent, request as httpRequest, type IncomingMessage } from "node:http";

/** A request that no instance can be blamed for: it never got an answer. */
export class NoAnswer extends Error {}

export interface ClientRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly message?: unknown;
  /** Default `/mcp`. */
  readonly path?: string;
  /** Default: a connection of its own. */
  readonly agent?: Agent;
  /** Called when the whole request was handed to the network. */
  readonly onSent?: () => void;
}

/** Sends a request to an instance. Rejects with NoAnswer when the connection breaks before the head of an answer. */
export function sendTo(port: number, request: ClientRequest): Promise<IncomingMessage> {
  const { method, headers, message, path = "/mcp", agent = false, onSent = () => {} } = request;
  return new Promise((resolve, reject) => {
    const call = httpRequest(
      {
        host: "127.0.0.1",
        port,
        method,
        path,
        agent,
        headers: { accept: "application/json, text/event-stream", "content-type": "application/json", ...headers },
      },
      resolve,
    );
    call.on("finish", onSent);
    call.on("error", (error: NodeJS.ErrnoException) => reject(new NoAnswer(error.code)));
    call.end(message === undefined ? undefined : JSON.stringify(message));
  });
}

/** The whole body. Rejects with NoAnswer when it breaks off. */
export async function bodyOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const event of chunksOf(response)) text += event;
  return text;
}

/** The events of an event stream. Throws NoAnswer when the connection breaks. */
export async function* eventsOf(
  response: IncomingMessage,
): AsyncGenerator<{ readonly id?: string; readonly message?: Record<string, unknown> }> {
  let buffer = "";
  for await (const chunk of chunksOf(response)) {
    buffer += chunk;
    for (let end = buffer.indexOf("\n\n"); end >= 0; end = buffer.indexOf("\n\n")) {
      const frame = buffer.slice(0, end);
      buffer = buffer.slice(end + 2);
      const id = /^id: (.*)$/m.exec(frame)?.[1];
      const data = /^data: (.+)$/m.exec(frame)?.[1];
      yield { ...(id !== undefined && { id }), ...(data && { message: JSON.parse(data) }) };
    }
  }
}

async function* chunksOf(response: IncomingMessage): AsyncGenerator<string> {
  try {
    for await (const chunk of response.setEncoding("utf8")) yield chunk;
  } catch (error) {
    throw new NoAnswer((error as NodeJS.ErrnoException).code);
  }
}

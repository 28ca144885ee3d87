import type { HttpResponse } from "../../src/adapter.ts";

/** One event of a stream. */
export interface ReadEvent {
  readonly id?: string;
  readonly retry?: number;
  /** Absent in events that carry no message. */
  readonly message?: Record<string, unknown>;
}

/** Reads an event stream as a client does, one event after the other. */
export interface StreamReader {
  /** The next event with a message. Throws when the stream ends first. */
  message(): Promise<ReadEvent & { readonly message: Record<string, unknown> }>;
  /** The next event of any kind; undefined at the end. Comments are skipped. */
  next(): Promise<ReadEvent | undefined>;
  /** All that comes until the end. */
  rest(): Promise<ReadEvent[]>;
  /** The id of the last event that had one. */
  readonly lastEventId: string | undefined;
  /** Stops reading, as a client that goes away. */
  leave(): Promise<void>;
}

export function readStream({ body, headers, status }: HttpResponse): StreamReader {
  if (typeof body !== "object" || headers["content-type"] !== "text/event-stream") {
    throw new Error(`not a stream: ${status} ${typeof body === "string" ? body : ""}`);
  }
  const chunks = body[Symbol.asyncIterator]();
  let buffer = "";
  let lastEventId: string | undefined;

  async function next(): Promise<ReadEvent | undefined> {
    for (;;) {
      const end = buffer.indexOf("\n\n");
      if (end >= 0) {
        const event = parse(buffer.slice(0, end));
        buffer = buffer.slice(end + 2);
        if (event.id !== undefined) lastEventId = event.id;
        if (Object.keys(event).length > 0) return event;
        continue;
      }
      const { done, value } = await chunks.next();
      if (done) return undefined;
      buffer += value;
    }
  }
  return {
    next,
    async message() {
      for (;;) {
        const event = await next();
        if (!event) throw new Error("the stream ended before a message came");
        if (event.message) return { ...event, message: event.message };
      }
    },
    async rest() {
      const events: ReadEvent[] = [];
      for (let event = await next(); event; event = await next()) events.push(event);
      return events;
    },
    get lastEventId() {
      return lastEventId;
    },
    async leave() {
      await chunks.return?.();
    },
  };
}

function parse(frame: string): ReadEvent {
  const fields = new Map<string, string>();
  for (const line of frame.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const data = fields.get("data");
  const id = fields.get("id");
  const retry = fields.get("retry");
  return {
    ...(id !== undefined && { id }),
    ...(retry !== undefined && { retry: Number(retry) }),
    ...(data && { message: JSON.parse(data) }),
  };
}

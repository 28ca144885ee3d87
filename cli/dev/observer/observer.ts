/** Bundled into the artefacts of `dev`, and of no other command: tells on standard output how each request is served. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { HttpHandler, HttpRequest, HttpResponse, StateStore } from "../../../src/adapter.ts";
import { HANDLER_ERROR_HOOK, type ObservedEvent } from "./observed-event.ts";
import { taskIn } from "./observed-task.ts";
import { eventsIn, namesIn, toErrorText } from "./observed-text.ts";

interface ServedRequest {
  readonly requestId: string;
  reads: number;
  writes: number;
  sent: number;
  stored: number;
}

/** An event as the observer writes it: the rest is the same for all. */
type Told<Event = ObservedEvent> = Event extends ObservedEvent ? Omit<Event, "message" | "requestId"> : never;

const served = new AsyncLocalStorage<ServedRequest>();

/** Events of one stream that are told: a stream may stay open for hours. */
const MOST_EVENTS = 1_000;
/** Operations of the store that are told of one request. */
const MOST_OPERATIONS = 1_000;
/** Bytes of a message in which its method is looked for. */
const MOST_BYTES = 1_000_000;

Reflect.set(globalThis, Symbol.for(HANDLER_ERROR_HOOK), (error: unknown): void => {
  const request = served.getStore();
  if (request) tell(request, { event: "threw", error: toErrorText(error) });
});

/** The same endpoint, which tells of each request. */
export function observedEndpoint(endpoint: HttpHandler): HttpHandler {
  return async (request, invocation) => {
    const { requestId } = invocation;
    const state: ServedRequest = { requestId, reads: 0, writes: 0, sent: 0, stored: 0 };
    const { method, url, headers } = request;
    const session = headers["mcp-session-id"];
    tell(state, {
      event: "opened",
      at: Date.now(),
      pid: process.pid,
      httpMethod: method,
      path: url.split("?", 1)[0] ?? "",
      ...(session && { session: shortened(session) }),
    });
    const close = (): void => {
      const { reads, writes } = state;
      tell(state, { event: "closed", at: Date.now(), reads, writes });
    };
    try {
      const response = await served.run(state, () => endpoint(withNamedBody(request, state), invocation));
      const opened = response.headers["mcp-session-id"];
      if (opened && opened !== session) tell(state, { event: "session", session: shortened(opened) });
      return withToldBody(response, state, close);
    } catch (error) {
      close();
      throw error;
    }
  };
}

/** The same store, whose operations are told of, and counted, for the request that takes them. */
export function observedStore(store: StateStore | undefined): StateStore | undefined {
  if (!store) return undefined;
  const { watch } = store;
  return {
    get: (key) => observed("read", key.partition, () => store.get(key)),
    list: (partition, range) => observed("read", partition, () => store.list(partition, range)),
    async put(item, when) {
      const written = await observed("write", item.partition, () => store.put(item, when));
      const task = taskIn(item);
      // Some are written behind every request, such as those whose sleep has ended.
      if (task) tell(served.getStore() ?? { requestId: "" }, task);
      return written;
    },
    delete: (key) => observed("write", key.partition, () => store.delete(key)),
    add: (key, amount, expiresAt) => observed("write", key.partition, () => store.add(key, amount, expiresAt)),
    ...(watch && { watch: watch.bind(store) }),
  };
}

async function observed<Result>(
  kind: "read" | "write",
  partition: string,
  operate: () => Promise<Result>,
): Promise<Result> {
  const request = served.getStore();
  if (!request) return operate();
  request[`${kind}s`]++;
  const at = Date.now();
  const startedAt = performance.now();
  try {
    return await operate();
  } finally {
    const durationMs = Math.round((performance.now() - startedAt) * 10) / 10;
    const [subject = ""] = partition.split("/", 1);
    if (request.stored++ < MOST_OPERATIONS) tell(request, { event: "stored", at, durationMs, kind, subject });
  }
}

/** The request, whose method is told when its body was read. */
function withNamedBody(request: HttpRequest, state: ServedRequest): HttpRequest {
  const { body } = request;
  if (body === undefined) return request;
  const name = (text: string): void => {
    const names = namesIn(text);
    if (names) tell(state, { event: "named", ...names });
  };
  if (typeof body === "string" || body instanceof Uint8Array) {
    if (body.length <= MOST_BYTES) name(typeof body === "string" ? body : Buffer.from(body).toString());
    return request;
  }
  return { ...request, body: read(body, name) };
}

async function* read(
  body: AsyncIterable<Uint8Array>,
  onText: (text: string) => void,
): AsyncGenerator<Uint8Array, void> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    // The adapter may use the buffer again.
    if (bytes <= MOST_BYTES) chunks.push(Uint8Array.from(chunk));
    yield chunk;
  }
  if (bytes <= MOST_BYTES) onText(Buffer.concat(chunks).toString());
}

function withToldBody(response: HttpResponse, state: ServedRequest, close: () => void): HttpResponse {
  const { body } = response;
  if (typeof body === "object") return { ...response, body: sent(body, state, close) };
  close();
  return response;
}

/** The stream, which is read as the request's own code: its operations of the store are the request's. */
async function* sent(body: AsyncIterable<string>, state: ServedRequest, close: () => void): AsyncGenerator<string> {
  const iterator = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await served.run(state, () => iterator.next());
      if (done) return;
      for (const event of eventsIn(value)) {
        if (state.sent++ < MOST_EVENTS) tell(state, { event: "sent", at: Date.now(), ...event });
      }
      yield value;
    }
  } finally {
    await served.run(state, () => iterator.return?.());
    close();
  }
}

/** Enough to tell sessions apart. */
const shortened = (session: string): string => session.slice(0, 8);

function tell({ requestId }: Pick<ServedRequest, "requestId">, event: Told): void {
  process.stdout.write(`${JSON.stringify({ message: "dev", requestId, ...event })}\n`);
}

import { setTimeout as sleep } from "node:timers/promises";
import type { JSONRPCNotification } from "@modelcontextprotocol/server";
import { monotonicMs } from "../../../clock.ts";
import type { ListeningClient, OnListen } from "../../../server/listening-client.ts";
import type { Hearing } from "./hearing.ts";

export interface ListenersOptions {
  /** Whether each caller has a token of its own, so that the upstream may tell each something else. */
  readonly perCaller: boolean;
  /** Streams from the upstream that this instance has at a time. Clients beyond them hear of changes when lists are read. */
  readonly maxStreams: number;
  hear(hearing: Hearing): Promise<void>;
  /** Called when a stream is open: lists that were read before may be old. */
  onOpen(client: ListeningClient): void;
  onNotification(client: ListeningClient, notification: JSONRPCNotification): void;
  report(what: string): void;
}

/** Milliseconds before a stream is opened again: the first time, and when that fails again and again. */
const PAUSES_MS = { first: 500, longest: 60_000 };
/** A stream that was open for so many milliseconds has not failed. */
const LONG_MS = 10_000;

/**
 * Hears an upstream while clients listen on this instance, and not otherwise: clients that hear the same share a stream. A
 * session of the 2025 protocols has one of its own, because the upstream knows what it subscribed to.
 */
export function createListeners(options: ListenersOptions): OnListen {
  const streams = new Map<string, SharedStream>();
  let wasFull = false;
  return (client) => {
    if (client.signal.aborted) return;
    const { context, session, resources } = client;
    const owner = options.perCaller || session ? context.caller.principal : null;
    const key = JSON.stringify([owner, session?.id, resources.toSorted()]);
    let stream = streams.get(key);
    if (!stream) {
      if (streams.size >= options.maxStreams) {
        if (!wasFull)
          options.report(`is heard over ${streams.size} streams already: more clients hear of changes later`);
        wasFull = true;
        return;
      }
      stream = new SharedStream(options, () => streams.delete(key));
      streams.set(key, stream);
    }
    stream.join(client);
  };
}

/** A stream from an upstream, from the first client that it is for to the last. */
class SharedStream {
  readonly #options: ListenersOptions;
  readonly #clients = new Set<ListeningClient>();
  readonly #over = new AbortController();

  constructor(options: ListenersOptions, onOver: () => void) {
    this.#options = options;
    this.#over.signal.addEventListener("abort", onOver, { once: true });
  }

  join(client: ListeningClient): void {
    this.#clients.add(client);
    client.signal.addEventListener("abort", () => this.#leave(client), { once: true });
    if (this.#clients.size === 1) void this.#keepOpen();
  }

  #leave(client: ListeningClient): void {
    this.#clients.delete(client);
    if (this.#clients.size === 0) this.#over.abort();
  }

  async #keepOpen(): Promise<void> {
    const { signal } = this.#over;
    let pauseMs = PAUSES_MS.first;
    let isReported = false;
    while (!signal.aborted) {
      let openedAt = Number.POSITIVE_INFINITY;
      const onOpen = (client: ListeningClient): void => {
        openedAt = monotonicMs();
        isReported = false;
        this.#options.onOpen(client);
      };
      try {
        await this.#hear(signal, onOpen);
      } catch (error) {
        if (signal.aborted) return;
        if (!isReported && openedAt === Number.POSITIVE_INFINITY) this.#options.report(`is not heard: ${error}`);
        isReported = true;
      }
      if (monotonicMs() - openedAt > LONG_MS) pauseMs = PAUSES_MS.first;
      await sleep(pauseMs * (0.5 + Math.random() / 2), undefined, { ref: false, signal }).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, PAUSES_MS.longest);
    }
  }

  #hear(signal: AbortSignal, onOpen: (client: ListeningClient) => void): Promise<void> {
    // The newest has the token that expires last.
    const client = [...this.#clients].at(-1) as ListeningClient;
    return this.#options.hear({
      client,
      signal,
      onOpen: () => onOpen(client),
      onNotification: (notification) => this.#options.onNotification(client, notification),
    });
  }
}

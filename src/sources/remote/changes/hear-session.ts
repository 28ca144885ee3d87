import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import { answerFor } from "../../forwarding/answer-for.ts";
import { UpstreamFailure } from "../upstream-failure.ts";
import { createFloodGuard } from "../wire/flood-guard.ts";
import type { Fetch } from "../wire/limited-fetch.ts";
import { toFailure } from "../wire/post.ts";
import { createTransport, type UpstreamSession } from "../wire/upstream-transport.ts";
import { type Base, NOBODY } from "../wire/upstream-wire.ts";
import { type Hearing, LONGEST_STREAM_MS } from "./hearing.ts";

type SessionHearing = Pick<Hearing, "signal" | "onOpen" | "onNotification">;

/** Hears the standalone stream of a session, until it ends. Throws UpstreamFailure, also for a server that has no such stream. */
export async function hearSession(
  base: Base,
  session: UpstreamSession,
  { signal: left, onOpen, onNotification }: SessionHearing,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const count = createFloodGuard();
  const fetch: Fetch = async (input, init) => {
    const response = await base.streamingFetch(input, init);
    if (init?.method === "GET" && response.ok) onOpen();
    // The transport takes it as the word that there is nothing to hear.
    if (init?.method === "GET" && response.status === 405) reject(new UpstreamFailure("refused", NO_STREAM));
    return response;
  };
  const transport = createTransport({ ...base, fetch }, session, { reconnects: false });
  const signal = AbortSignal.any([left, AbortSignal.timeout(LONGEST_STREAM_MS)]);
  const onAbort = (): void => resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  // Also told when the stream has ended.
  transport.onerror = (error) => reject(toFailure(error, session));
  transport.onmessage = (received) => void take(received as JSONRPCMessage).catch(reject);
  async function take(received: JSONRPCMessage): Promise<void> {
    if (!("method" in received)) return;
    count();
    if (!("id" in received)) {
      if (/list_changed$|resources\/updated$/.test(received.method)) onNotification(received);
      return;
    }
    await transport.send(await answerFor(NOBODY, received));
  }
  try {
    signal.throwIfAborted();
    await transport.start();
    // Without an id, it opens the stream of the session.
    transport.resumeStream("").catch((error) => reject(toFailure(error, session)));
    await promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
    await transport.close();
  }
}

const NO_STREAM = "It tells nothing outside of requests.";

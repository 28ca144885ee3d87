import type { HttpResponse } from "../../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../../http/json-rpc.ts";

/** The connection that reads a stream, of which there is one at a time. */
export interface StreamOwner {
  /** Identifies the connection; empty when none reads the stream. */
  readonly owner: string;
  /** Unix time in milliseconds from which it reads. */
  readonly since: number;
  /** How many connections before it were replaced, each after a short time. */
  readonly takeovers: number;
}

/** A stream that one connection read for so long is not passed to and fro. */
const CALM_MS = 30_000;
/** One client whose connections break needs some. Two that take the stream from each other would never stop. */
const MAX_TAKEOVERS = 10;

/**
 * The owner of a stream that a client opens anew, without Last-Event-ID: the newest opening wins, because nobody may have
 * noticed that the connection before it broke. Undefined when the stream changed hands too often lately. `found` reads the
 * stream now.
 */
export function openingOwner(found: StreamOwner | undefined, now: number): StreamOwner | undefined {
  const isShort = found !== undefined && found.owner !== "" && now - found.since < CALM_MS;
  const takeovers = isShort ? found.takeovers + 1 : 0;
  return takeovers > MAX_TAKEOVERS ? undefined : { owner: crypto.randomUUID(), since: now, takeovers };
}

/** The owner of a stream that a client resumes: its connection broke, however often. */
export const resumingOwner = (found: StreamOwner | undefined, now: number): StreamOwner => ({
  owner: crypto.randomUUID(),
  since: now,
  takeovers: found?.takeovers ?? 0,
});

/** Both SDKs refuse a second reader so, and their clients give up soon. */
export const takenTooOften = (): HttpResponse =>
  errorResponse(
    409,
    {
      code: JsonRpcCode.HTTP_ERROR,
      message: "Conflict: several connections take this stream from each other, and only one of them can read it.",
    },
    { "retry-after": String(CALM_MS / 1000) },
  );

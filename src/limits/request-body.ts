import type { HttpRequest, HttpResponse, Invocation } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../http/json-rpc.ts";
import { type BodyLimits, HeldBody, SMALL_BYTES } from "./held-body.ts";
import { ownTurn } from "./own-turn.ts";

interface Timed {
  /** Fires when the platform's time is up. */
  readonly deadline: Invocation["deadline"] | undefined;
}

interface IncomingBody extends Pick<HttpRequest, "headers">, Timed {
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Reads a body that comes in as a stream, at most `maxBodyBytes` of it, and has it served. The body counts as held until its
 * response is there; a large one is not read further while the process holds too many.
 */
export async function withBody(
  { headers, body, deadline }: IncomingBody,
  limits: BodyLimits,
  serve: (whole: Uint8Array) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const { "content-length": declared = "0" } = headers;
  if (Number(declared) > limits.maxBodyBytes) return tooLarge(limits);
  const held = new HeldBody(limits, Number(declared));
  try {
    const refusal = await read(body[Symbol.asyncIterator](), held, { ...limits, deadline });
    if (refusal) return refusal;
    held.fit();
    if (held.length > SMALL_BYTES) await ownTurn();
    return await serve(held.bytes);
  } finally {
    held.release();
  }
}

/** The refusal of a body that is over `maxBodyBytes`. */
export const tooLarge = ({ maxBodyBytes }: Pick<BodyLimits, "maxBodyBytes">): HttpResponse =>
  refusal(413, `The body is too large: ${maxBodyBytes} bytes are the most that is accepted.`);

const refusal = (status: number, message: string, headers?: Readonly<Record<string, string>>): HttpResponse =>
  errorResponse(status, { code: JsonRpcCode.HTTP_ERROR, message }, headers);

const tooSlow = ({ requestSeconds }: BodyLimits): HttpResponse =>
  refusal(408, `The body did not come in time, which is ${requestSeconds} seconds at most.`);

const slowerThanOthers = (): HttpResponse =>
  refusal(408, "The body came too slowly while others waited for its room.", { "retry-after": "1" });

const busy = (): HttpResponse =>
  refusal(503, "Too many large requests are under way: try again shortly.", { "retry-after": "1" });

/** Reads to the end of the body; returns a refusal when that may not be, or does not come in time. */
async function read(
  chunks: AsyncIterator<Uint8Array>,
  held: HeldBody,
  { deadline, ...limits }: BodyLimits & Timed,
): Promise<HttpResponse | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<"late" | "slow">();
  const onLate = (): void => resolve("late");
  const timer = setTimeout(onLate, limits.requestSeconds * 1000);
  deadline?.addEventListener("abort", onLate, { once: true });
  if (deadline?.aborted) onLate();
  const stop = held.read(() => resolve("slow"));
  let hasWaited = false;
  try {
    for (;;) {
      const next = chunks.next();
      // Not awaited when it is late.
      next.catch(() => {});
      const step = await Promise.race([next, late]);
      if (step === "slow") return slowerThanOthers();
      if (step === "late") return hasWaited ? busy() : tooSlow(limits);
      if (step.done) return undefined;
      if (held.length + step.value.length > limits.maxBodyBytes) return tooLarge(limits);
      while (!held.add(step.value)) {
        hasWaited = true;
        if ((await held.room(late)) !== "room") return busy();
      }
    }
  } catch {
    return refusal(400, "The body was cut off before its end.");
  } finally {
    clearTimeout(timer);
    deadline?.removeEventListener("abort", onLate);
    stop();
    // Not awaited: the stream may wait for a chunk that never comes.
    void chunks.return?.()?.catch(() => {});
  }
}

import { setImmediate as nextTurn } from "node:timers/promises";
import type { LimitConfig } from "../config/limit-settings.ts";
import type { HttpRequest, HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../http/json-rpc.ts";

export type BodyLimits = Pick<LimitConfig, "maxBodyBytes" | "requestSeconds">;

/** A body of so many bytes is read whatever else is held, and not counted: most messages are smaller. */
const SMALL_BYTES = 65_536;
/** Bodies of the largest size that one process holds at a time. With its values and its response, each takes ten times as much. */
const LARGE_BODIES = 3;

/** Bytes of the large bodies that this process holds. */
let heldBytes = 0;
/**
 * Buffers of large bodies that were served, for others: the garbage collector takes them late, because they are not in its heap.
 * Nobody sees more of one than was written for them.
 */
const spares: Uint8Array[] = [];
/** Told when a large body is released. */
const waiting: Array<(room: "room") => void> = [];

/**
 * Reads a body that comes in as a stream, at most `maxBodyBytes` of it, and has it served. The body counts as held until its
 * response is there; a large one is not read further while the process holds too many.
 */
export async function withBody(
  { headers, body }: { readonly headers: HttpRequest["headers"]; readonly body: AsyncIterable<Uint8Array> },
  limits: BodyLimits,
  serve: (whole: Uint8Array) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const { "content-length": declared = "0" } = headers;
  if (Number(declared) > limits.maxBodyBytes) return tooLarge(limits);
  const held = new HeldBody(limits, Number(declared));
  try {
    const refusal = await read(body[Symbol.asyncIterator](), held, limits);
    if (refusal) return refusal;
    if (held.length > SMALL_BYTES) await ownTurn();
    return await serve(held.bytes);
  } finally {
    held.release();
  }
}

let lastTurn: Promise<void> = Promise.resolve();
/** Turns of the event loop that a small request takes from its arrival to its response. */
const TURNS_OF_OTHERS = 4;

/** A turn of the event loop for one large body alone: parsing it takes long, and others wait for no more than one. */
function ownTurn(): Promise<void> {
  lastTurn = lastTurn.then(async () => {
    for (let turn = 0; turn < TURNS_OF_OTHERS; turn++) await nextTurn();
  });
  return lastTurn;
}

/** The refusal of a body that is over `maxBodyBytes`. */
export const tooLarge = ({ maxBodyBytes }: Pick<BodyLimits, "maxBodyBytes">): HttpResponse =>
  refusal(413, `The body is too large: ${maxBodyBytes} bytes are the most that is accepted.`);

const refusal = (status: number, message: string, headers?: Readonly<Record<string, string>>): HttpResponse =>
  errorResponse(status, { code: JsonRpcCode.HTTP_ERROR, message }, headers);

const tooSlow = ({ requestSeconds }: BodyLimits): HttpResponse =>
  refusal(408, `The body did not come within ${requestSeconds} seconds.`);

const busy = (): HttpResponse =>
  refusal(503, "Too many large requests are under way: try again shortly.", { "retry-after": "1" });

/** Reads to the end of the body; returns a refusal when that may not be, or does not come in time. */
async function read(
  chunks: AsyncIterator<Uint8Array>,
  held: HeldBody,
  limits: BodyLimits,
): Promise<HttpResponse | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(resolve, limits.requestSeconds * 1000, "late");
  });
  let hasWaited = false;
  try {
    for (;;) {
      const next = chunks.next();
      // Not awaited when it is late.
      next.catch(() => {});
      const step = await Promise.race([next, late]);
      if (step === "late") return hasWaited ? busy() : tooSlow(limits);
      if (step.done) return undefined;
      if (held.length + step.value.length > limits.maxBodyBytes) return tooLarge(limits);
      while (!held.add(step.value)) {
        const room = new Promise<"room">((resolve) => waiting.push(resolve));
        hasWaited = true;
        if ((await Promise.race([room, late])) === "late") return busy();
      }
    }
  } catch {
    return refusal(400, "The body was cut off before its end.");
  } finally {
    clearTimeout(timer);
    // Not awaited: the stream may wait for a chunk that never comes.
    void chunks.return?.()?.catch(() => {});
  }
}

/** Index of a spare buffer for so many bytes that is not much too large; beyond the last where there is none. */
function spareFor(size: number): number {
  const index = spares.findIndex(({ length }) => length >= size && length <= 2 * size && size > SMALL_BYTES);
  return index === -1 ? spares.length : index;
}

const countedBytes = (size: number): number => (size > SMALL_BYTES ? size : 0);

/** The bytes of one body, in one piece: a client may send each of them alone, and each chunk takes much more than a byte. */
class HeldBody {
  readonly #limits: BodyLimits;
  /** The length that the headers declare; 0 where they do not. */
  readonly #declared: number;
  #buffer: Uint8Array = new Uint8Array(0);
  /** False while the buffer is the first chunk itself. */
  #isOwn = false;
  length = 0;

  constructor(limits: BodyLimits, declared: number) {
    this.#limits = limits;
    this.#declared = declared;
  }

  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.length);
  }

  /** Adds a chunk; false when the process holds too much already. */
  add(chunk: Uint8Array): boolean {
    const length = this.length + chunk.length;
    if (length > this.#buffer.length && !this.#grow(length, chunk)) return false;
    if (this.#buffer !== chunk) this.#buffer.set(chunk, this.length);
    this.length = length;
    return true;
  }

  release(): void {
    const buffer = this.#buffer;
    this.#buffer = new Uint8Array(0);
    const bytes = countedBytes(buffer.length);
    if (bytes === 0) return;
    heldBytes -= bytes;
    if (this.#isOwn && spares.length < LARGE_BODIES) spares.push(buffer);
    for (const resolve of waiting.splice(0)) resolve("room");
  }

  /** Room for so many bytes. A large body gets all that it may need, so that no two wait for each other in the middle. */
  #sizeFor(length: number): number {
    const { maxBodyBytes } = this.#limits;
    if (2 * length <= SMALL_BYTES) return Math.min(maxBodyBytes, 2 * length);
    return this.#declared >= length ? this.#declared : maxBodyBytes;
  }

  #grow(length: number, chunk: Uint8Array): boolean {
    const isFirst = this.length === 0;
    const least = isFirst ? length : this.#sizeFor(length);
    const size = isFirst ? length : (spares[spareFor(least)]?.length ?? least);
    const more = countedBytes(size) - countedBytes(this.#buffer.length);
    if (more > 0 && heldBytes + more > LARGE_BODIES * this.#limits.maxBodyBytes) return false;
    heldBytes += more;
    const larger = isFirst ? chunk : (spares.splice(spareFor(size), 1)[0] ?? new Uint8Array(size));
    if (!isFirst) larger.set(this.bytes);
    this.#buffer = larger;
    this.#isOwn = !isFirst;
    return true;
  }
}

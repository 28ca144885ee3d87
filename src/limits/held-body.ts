import { monotonicMs } from "../clock.ts";
import type { LimitConfig } from "../config/limit-settings.ts";

export type BodyLimits = Pick<LimitConfig, "maxBodyBytes" | "requestSeconds">;

/** A body of so many bytes is read whatever else is held, and not counted: most messages are smaller. */
export const SMALL_BYTES = 65_536;
/** Bodies of the largest size that one process holds at a time. With its values and its response, each takes ten times as much. */
const LARGE_BODIES = 3;
/** The part of `requestSeconds` for which a body waits for room before slow ones are given up, or may be silent meanwhile. */
const PATIENCE = 0.1;

/** Bytes of the large bodies that this process holds. */
let heldBytes = 0;
/**
 * Buffers of large bodies that were served, for others: the garbage collector takes them late, because they are not in its heap.
 * Nobody sees more of one than was written for them.
 */
const spares: Uint8Array[] = [];
/** Told when a large body is released. */
const waiting: Array<(room: "room") => void> = [];
/** Bodies that are being read, the oldest first. */
const reading = new Set<HeldBody>();

/** Index of a spare buffer for so many bytes that is not much too large; beyond the last where there is none. */
function spareFor(size: number): number {
  const index = spares.findIndex(({ length }) => length >= size && length <= 2 * size && size > SMALL_BYTES);
  return index === -1 ? spares.length : index;
}

const countedBytes = (size: number): number => (size > SMALL_BYTES ? size : 0);

/** The bytes of one body, in one piece: a client may send each of them alone, and each chunk takes much more than a byte. */
export class HeldBody {
  readonly #limits: BodyLimits;
  /** The length that the headers declare; 0 where they do not. */
  readonly #declared: number;
  /** When it got room, and its last chunk. */
  #roomAt = 0;
  #addedAt = 0;
  #buffer: Uint8Array = new Uint8Array(0);
  /** False while the buffer is the first chunk itself. */
  #isOwn = false;
  #giveUp: () => void = () => {};
  length = 0;

  constructor(limits: BodyLimits, declared: number) {
    this.#limits = limits;
    this.#declared = declared;
  }

  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.length);
  }

  /** Calls `giveUp` when it comes too slowly while others wait for its room, until the function that it gives back is called. */
  read(giveUp: () => void): () => void {
    this.#giveUp = giveUp;
    reading.add(this);
    return () => void reading.delete(this);
  }

  /** Adds a chunk; false when the process holds too much already. */
  add(chunk: Uint8Array): boolean {
    const length = this.length + chunk.length;
    if (length > this.#buffer.length && !this.#grow(length, chunk)) return false;
    if (this.#buffer !== chunk) this.#buffer.set(chunk, this.length);
    this.length = length;
    this.#addedAt = monotonicMs();
    return true;
  }

  /**
   * Settles when there may be room, or with what `late` settles with. Where it takes long, bodies that come slowly are given up,
   * one after the other: three clients that send nearly nothing would keep all others out.
   */
  async room<Late>(late: Promise<Late>): Promise<Late | "room"> {
    const impatience = setInterval(giveUpSlow, this.#patienceMs);
    try {
      return await Promise.race([new Promise<"room">((resolve) => waiting.push(resolve)), late]);
    } finally {
      clearInterval(impatience);
    }
  }

  /** Gives back the room that a body of undeclared length did not need. */
  fit(): void {
    if (2 * this.length > this.#buffer.length) return;
    const whole = this.bytes.slice();
    this.release();
    this.#buffer = whole;
    this.#isOwn = false;
    heldBytes += countedBytes(whole.length);
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

  /** Ends the reading of one that holds room and is silent, or would not be whole in time. False for any other. */
  giveUpIfSlow(): boolean {
    if (countedBytes(this.#buffer.length) === 0) return false;
    const now = monotonicMs();
    const size = this.#declared || this.#buffer.length;
    const expected = ((now - this.#roomAt) / (this.#limits.requestSeconds * 1000)) * size;
    if (this.length >= expected && now - this.#addedAt <= this.#patienceMs) return false;
    this.#giveUp();
    return true;
  }

  get #patienceMs(): number {
    return this.#limits.requestSeconds * 1000 * PATIENCE;
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
    if (more > 0) this.#roomAt = monotonicMs();
    const larger = isFirst ? chunk : (spares.splice(spareFor(size), 1)[0] ?? new Uint8Array(size));
    if (!isFirst) larger.set(this.bytes);
    this.#buffer = larger;
    this.#isOwn = !isFirst;
    return true;
  }
}

function giveUpSlow(): void {
  for (const body of reading) if (body.giveUpIfSlow()) return;
}

import { MAX_VALUE_BYTES, type StateKey, type StateWrite } from "./store.ts";

const MAX_PARTITION_BYTES = 1024;
const MAX_SORT_BYTES = 256;

/**
 * Throws a RangeError for a key that some backend could not hold, so that every backend refuses the same ones: empty,
 * too long, or with a lone surrogate, for which UTF-8 has no bytes. Keys are not quoted: they may hold a session's id.
 */
export function checkKey({ partition, sort }: StateKey): void {
  checkPartition(partition);
  checkKeyPart("sort key", sort, MAX_SORT_BYTES);
}

/** Throws a RangeError for a partition of which some backend could hold no item. */
export function checkPartition(partition: string): void {
  checkKeyPart("partition", partition, MAX_PARTITION_BYTES);
}

/** Throws a RangeError for an item that some backend could not hold. The message does not quote the value. */
export function checkWrite(item: StateWrite): void {
  checkKey(item);
  checkExpiry(item.expiresAt);
  const bytes = Buffer.byteLength(item.value);
  if (bytes > MAX_VALUE_BYTES) {
    throw new RangeError(
      `A stored value has at most ${MAX_VALUE_BYTES} bytes, and this one has ${bytes}: store less, or keep large content elsewhere and store where it is.`,
    );
  }
}

/** Throws a RangeError for an expiry that is not a whole number, which is how milliseconds divided by 1000 look. */
export function checkExpiry(expiresAt: number): void {
  if (!Number.isSafeInteger(expiresAt)) {
    throw new RangeError(`expiresAt is Unix time in whole seconds, not ${expiresAt}.`);
  }
}

function checkKeyPart(name: string, text: string, maxBytes: number): void {
  const bytes = Buffer.byteLength(text);
  if (bytes < 1 || bytes > maxBytes || !text.isWellFormed()) {
    throw new RangeError(
      `A ${name} is well-formed text of 1 to ${maxBytes} bytes, and this one has ${bytes}${text.isWellFormed() ? "" : " and a lone surrogate"}.`,
    );
  }
}

import type { ObservedStore } from "../../store/observed-store.ts";
import { isConflict, type StateItem } from "../../store/store.ts";
import { READER, STREAM_TTL_MS, type StreamLog } from "./stream-log.ts";
import { nextOwner, type StreamOwner } from "./stream-takeover.ts";

/** The right to read the stream of a request that goes on. */
export interface StreamReader {
  /** Whether another connection reads the stream now. */
  isReplacedIn(log: StreamLog): boolean;
  /** Throws STORE_UNAVAILABLE. */
  release(): Promise<void>;
}

/**
 * Makes a connection the reader of a stream; undefined when the stream changed hands too often lately. `found`: the reader
 * until now. Throws STORE_UNAVAILABLE.
 */
export async function claimReader(
  store: ObservedStore,
  partition: string,
  found: StateItem | undefined,
): Promise<StreamReader | undefined> {
  const before: StreamOwner | undefined = found && JSON.parse(found.value);
  const own = nextOwner(before, store.now());
  if (!own) return undefined;
  const write = (reader: StreamOwner, when?: StateItem): Promise<StateItem> =>
    store.put(
      {
        partition,
        sort: READER,
        value: JSON.stringify(reader),
        expiresAt: Math.ceil((store.now() + STREAM_TTL_MS) / 1000),
      },
      when,
    );
  const written = await write(own);
  return {
    isReplacedIn: ({ reader }) => reader !== undefined && JSON.parse(reader.value).owner !== own.owner,
    async release() {
      try {
        await write({ ...own, owner: "" }, written);
      } catch (error) {
        // Another connection reads it.
        if (!isConflict(error)) throw error;
      }
    },
  };
}

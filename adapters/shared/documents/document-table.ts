import type { StateKey } from "../../../src/adapter.ts";
import type { SortBounds } from "./key-text.ts";

/** The fields of a document: an item of the port, or a part of a large value. */
export interface DocumentFields {
  readonly value: string;
  /** Names the parts of a value that is too large for one document; `value` is empty then. */
  readonly parts?: { readonly id: string; readonly count: number } | undefined;
  /** Unix time in whole seconds. */
  readonly expiresAt: number;
  readonly version: number;
  /** Version of the document that this one replaced; 0 for none; undefined where its write did not ask. */
  readonly replaced?: number | undefined;
}

/** A document as it was read, expired or not. */
export interface Document extends DocumentFields {
  readonly sort: string;
  /** Names this state of the document to the service: its ETag, or the time of its last write. */
  readonly tag: string;
}

/** Writes only where there is none, or where the document is still as it was read. Undefined: in any case. */
export type WriteCondition = "absent" | { readonly tag: string } | undefined;

export interface DocumentQuery extends SortBounds {
  /** Only documents that expire after this Unix time in whole seconds. A service may give others as well. */
  readonly liveAt: number;
  readonly limit: number;
  readonly reverse: boolean;
}

/**
 * The operations of a database of documents, each a single attempt. A failure is an Error, with a `kind` where the service
 * answered. Imports nothing of the core, because it lies in a bundle of its own, which is loaded with the first operation.
 */
export interface DocumentTable {
  read(key: StateKey, signal: AbortSignal): Promise<Document | undefined>;
  /** The tag of the document as it was written. */
  write(key: StateKey, fields: DocumentFields, when: WriteCondition, signal: AbortSignal): Promise<string>;
  /** Idempotent. */
  remove(key: StateKey, signal: AbortSignal): Promise<void>;
  /** Documents of a partition in the order of their sort keys; `next` for the query that goes on. */
  query(partition: string, query: DocumentQuery, next: string | undefined, signal: AbortSignal): Promise<DocumentPage>;
  /** Adds to the number in a document that is there, where the service can, and gives back the sum. */
  increment?(key: StateKey, amount: number, fields: CounterFields, signal: AbortSignal): Promise<number>;
}

export type CounterFields = Pick<DocumentFields, "expiresAt" | "version">;

interface DocumentPage {
  readonly documents: readonly Document[];
  readonly next?: string | undefined;
}

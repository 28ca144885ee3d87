import type { StateKeyEntry, StateKeySource } from "../config/key-ring.ts";
import { type AuditChain, createAuditChain } from "./audit-chain.ts";
import type { AuditRecord, AuditSink } from "./audit-record.ts";

/** Takes records in order. `waitUntil` keeps the instance running while keys are loaded for the first of them. */
export type OrderedSink = (record: AuditRecord, waitUntil?: (work: Promise<unknown>) => void) => void;

/**
 * Signs records with the first of the state keys. Where keys are loaded, records wait for them, in order; where they cannot be
 * had, records are written unsigned, so that none is lost, and the next one tries again.
 */
export function signedSink(sink: AuditSink, keys: StateKeySource): OrderedSink {
  let chain: AuditChain | undefined;
  const waiting: AuditRecord[] = [];
  let loading: Promise<void> | undefined;

  const start = ([key]: readonly StateKeyEntry[]): void => {
    if (!key) throw new Error("There are no state keys.");
    chain = createAuditChain(key);
  };

  function write(record: AuditRecord): void {
    try {
      sink(chain ? chain(record) : record);
    } catch (error) {
      // The call goes on; the loss of its record must be noticed.
      console.error(`The audit record of request ${record.requestId} was lost:`, error);
    }
  }

  async function load(source: Exclude<StateKeySource, readonly StateKeyEntry[]>): Promise<void> {
    try {
      start(await source());
    } catch (error) {
      console.error("Audit records are not signed, because the state keys cannot be had:", error);
    }
    loading = undefined;
    for (const record of waiting.splice(0)) write(record);
  }

  return (record, waitUntil) => {
    if (chain) return write(record);
    if (typeof keys === "function") {
      waiting.push(record);
      loading ??= load(keys);
      waitUntil?.(loading);
      return;
    }
    if (keys.length > 0) start(keys);
    write(record);
  };
}

import type { LoadStateKeys, StateKeyEntry, StateKeySource } from "../config/key-ring.ts";
import type { Invocation } from "../http/http-handler.ts";
import { type AuditChain, createAuditChain } from "./audit-chain.ts";
import type { AuditRecord, AuditSink } from "./audit-record.ts";

/**
 * Takes records in order. `waitUntil` keeps the instance running while keys are loaded for the first ones, and while the sink
 * works.
 */
export type OrderedSink = (record: AuditRecord, waitUntil?: Invocation["waitUntil"]) => void;

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

  function write(record: AuditRecord): Promise<unknown> | undefined {
    // The call goes on; the loss of its record must be noticed.
    const onLost = (error: unknown): void =>
      console.error(`The audit record of request ${record.requestId} was lost:`, error);
    try {
      const taken: unknown = sink(chain ? chain(record) : record);
      return taken instanceof Promise ? taken.catch(onLost) : undefined;
    } catch (error) {
      onLost(error);
      return undefined;
    }
  }

  function writeWhenLoaded(record: AuditRecord, source: LoadStateKeys): Promise<void> {
    waiting.push(record);
    loading ??= load(source);
    return loading;
  }

  async function load(source: LoadStateKeys): Promise<void> {
    try {
      start(await source());
    } catch (error) {
      console.error("Audit records are not signed, because the state keys cannot be had:", error);
    }
    loading = undefined;
    await Promise.all(waiting.splice(0).map(write));
  }

  return (record, waitUntil) => {
    if (!chain && typeof keys !== "function" && keys.length > 0) start(keys);
    const taken = chain || typeof keys !== "function" ? write(record) : writeWhenLoaded(record, keys);
    if (taken) waitUntil?.(taken);
  };
}

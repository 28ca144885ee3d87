import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { InstancePool } from "../../instances.ts";
import { stopAfter } from "../host.ts";
import type { Worker } from "../worker-instance.ts";
import type { PutMessage } from "./put-message.ts";

export interface QueueTriggerOptions {
  readonly pool: InstancePool<Worker>;
  readonly queueName: string;
  /** `visibilityTimeout` of host.json: milliseconds until a message that failed is delivered again. */
  readonly visibilityMs: () => number;
  readonly functionTimeoutMs: () => number;
  readonly log: (line: string) => void;
  /** Fires when the host ends. */
  readonly signal: AbortSignal;
}

/** "maxDequeueCount: 5", then the message goes to the queue `<name>-poison`. */
const MAX_DEQUEUE_COUNT = 5;
/** Storage queues deliver at least once: here every tenth message comes twice. */
const DOUBLED = 10;
/** The longest delay that a timer of Node.js can count. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The host's listener of a storage queue (azure-webjobs-sdk, QueueListener): runs the function that the queue triggers, and
 * deletes the message when that succeeds.
 */
export function createQueueTrigger(options: QueueTriggerOptions): (message: PutMessage) => void {
  const { visibilityMs, log, signal, queueName } = options;
  const pause = (ms: number): Promise<unknown> => sleep(Math.min(ms, MAX_TIMER_MS), undefined, { signal, ref: false });
  let count = 0;

  async function deliver({ text, visibleInSeconds }: PutMessage, id: string): Promise<void> {
    try {
      const at = Date.now() + visibleInSeconds * 1000;
      for (let early = at - Date.now(); early > 0; early = at - Date.now()) await pause(early);
      for (let dequeued = 1; dequeued <= MAX_DEQUEUE_COUNT; dequeued++) {
        if (await runFunction(text, id, dequeued, options)) return;
        await pause(visibilityMs());
      }
      log(`The message ${id} failed ${MAX_DEQUEUE_COUNT} times, and is in the queue ${queueName}-poison.`);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  return (message) => {
    count++;
    const copies = count % DOUBLED === 0 ? 2 : 1;
    const id = randomUUID();
    for (let copy = 0; copy < copies; copy++) void deliver(message, id).catch((error) => log(String(error)));
  };
}

/** Whether the function was found and has succeeded. */
async function runFunction(
  text: string,
  id: string,
  dequeued: number,
  { pool, queueName, functionTimeoutMs, log }: QueueTriggerOptions,
): Promise<boolean> {
  const lease = await pool.lease();
  try {
    const { instance: worker } = lease;
    const trigger = worker.queueTriggers.find((one) => one.queueName === queueName);
    const message = decode(text);
    if (!trigger || message === undefined) return false;
    const timer = stopAfter(functionTimeoutMs(), worker, log);
    try {
      const result = await worker.invoke({
        invocationId: randomUUID(),
        functionId: trigger.functionId,
        inputData: [{ name: trigger.bindingName, data: isJson(message) ? { json: message } : { string: message } }],
        triggerMetadata: { Id: { string: id }, DequeueCount: { string: String(dequeued) } },
        traceContext: { traceParent: "", traceState: "" },
      });
      if (result.error !== undefined) log(`Invocation ${result.invocationId} failed: ${result.error}`);
      return result.error === undefined;
    } finally {
      clearTimeout(timer);
    }
  } catch (error) {
    log(String(error));
    return false;
  } finally {
    lease.release();
  }
}

/** The text of a message in base64, as the host expects it (`messageEncoding`); undefined for any other. */
function decode(text: string): string | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes.toString("utf8") : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

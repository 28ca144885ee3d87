import type { RequestRecord } from "../../src/adapter.ts";
import { createEndpoint } from "../../src/endpoint.ts";
import { createMemoryStore, type McpEndpointOptions } from "../../src/index.ts";
import { openTelemetry } from "../../src/telemetry/open-telemetry.ts";
import { type Caller, type CallOptions, callerOf, modernCall, textOf } from "../support/messages.ts";
import { createManualQueue } from "../tasks/manual-queue.ts";
import { CANARY, server } from "./observed-server.ts";

/** An endpoint with telemetry, what it logs, and the clock and the queue of its tasks. */
interface Observed {
  readonly at: Caller;
  readonly records: RequestRecord[];
  readonly clock: { now: number };
  readonly queue: ReturnType<typeof createManualQueue>;
}

export function openObserved(options: McpEndpointOptions = {}): Observed {
  const clock = { now: Date.now() };
  const records: RequestRecord[] = [];
  const queue = createManualQueue();
  const now = (): number => clock.now;
  const log = (record: RequestRecord): void => void records.push(record);
  const store = createMemoryStore(now);
  const endpoint = createEndpoint(
    server,
    { store, workQueue: queue, log, telemetry: openTelemetry(), ...options },
    { now },
  );
  return { at: callerOf(endpoint), records, clock, queue };
}

/** Sends a request of 2026-07-28. Resolves with the text of the response. */
export async function callModern(
  at: Caller,
  method: string,
  params: { name?: string } & Record<string, unknown> = {},
  options: CallOptions = {},
): Promise<string> {
  const [message, { headers }] = modernCall(method, params);
  return textOf(await at(message, { ...options, headers: { ...headers, ...options.headers } }));
}

/** Parameters of a call whose arguments hold the canary. */
export const call = (name: string, more: object = {}): { name: string; arguments: object } => ({
  name,
  arguments: { secret: CANARY },
  ...more,
});

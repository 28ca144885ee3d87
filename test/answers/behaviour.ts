import { setTimeout as sleep } from "node:timers/promises";
import { createValue, type ValueName } from "./values.ts";

/** Everything that a handler does between its call and long after its end. Plain data, so that a failure can be repeated. */
export interface Behaviour {
  readonly value: ValueName;
  /** Where the value is: the whole result, or a part of a well-formed one. */
  readonly place: "whole" | "content" | "structured" | "meta";
  readonly end: "return" | "throw" | "never";
  /** Sent before the end. */
  readonly sent: readonly SentMessage[];
  /** Sent after the answer, by work that nobody waits for. */
  readonly late: readonly SentMessage[];
  /** Milliseconds before the end. */
  readonly pauseMs: number;
}

/** Milliseconds after the end of a handler at which the work that it left behind sends. */
export const LATE_MS = 30;

export interface SentMessage {
  readonly kind: "log" | "progress" | "change" | "ping";
  /** Data of a log message: any value. */
  readonly data: ValueName;
  /** Whether the message says which request it belongs to. */
  readonly related: boolean;
  readonly awaited: boolean;
}

/** The way from a handler to its client, whatever the SDK and the primitive. */
export interface Sender {
  notify(method: string, params: object, related: boolean): Promise<unknown>;
  ping(related: boolean): Promise<unknown>;
}

/** Runs a handler. `wellFormed` builds a result of its primitive around the value. */
export async function behave(
  { value, place, end, sent, late, pauseMs }: Behaviour,
  sender: Sender,
  wellFormed: (value: unknown, place: Exclude<Behaviour["place"], "whole">) => unknown,
): Promise<unknown> {
  for (const message of sent) await send(sender, message);
  if (late.length > 0) setTimeout(() => sendAll(sender, late), pauseMs + LATE_MS);
  if (pauseMs > 0) await sleep(pauseMs);
  if (end === "never") return new Promise(() => {});
  if (end === "throw") throw createValue(value);
  return place === "whole" ? createValue(value) : wellFormed(createValue(value), place);
}

/** As a careless author writes it: neither awaited nor caught. */
function sendAll(sender: Sender, messages: readonly SentMessage[]): void {
  for (const message of messages) void post(sender, message);
}

async function send(sender: Sender, message: SentMessage): Promise<void> {
  const sending = post(sender, message);
  // The client replies to no ping: a handler that waited for it would not end by itself.
  if (message.awaited && message.kind !== "ping") await sending.catch(() => {});
}

function post({ notify, ping }: Sender, { kind, data, related }: SentMessage): Promise<unknown> {
  if (kind === "ping") return ping(related);
  if (kind === "change") return notify("notifications/tools/list_changed", {}, related);
  if (kind === "progress") return notify("notifications/progress", { progressToken: 1, progress: 1 }, related);
  return notify("notifications/message", { level: "info", data: createValue(data) }, related);
}

import { constants } from "node:os";
import type { AnycloudError, ErrorCode } from "../src/adapter.ts";
import { refusalSentence } from "./files/refusal.ts";
import { Interruption } from "./signals/interruption.ts";

/** Errors in the user's input, as opposed to failures. */
const ASKED_WRONGLY: ReadonlySet<ErrorCode> = new Set(["USAGE", "ENTRY_INVALID", "SERVER_INVALID"]);

/** 2 for an error in the user's input, 1 for a failure, and as shells have it where a signal ended the work: 130 for Ctrl-C. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Interruption) return 128 + constants.signals[error.signal];
  return isOurs(error) && ASKED_WRONGLY.has(error.code) ? 2 : 1;
}

/** Whether an error is of the toolkit, also of its copy in a bundle that this process loaded. */
const isOurs = (error: unknown): error is AnycloudError => error instanceof Error && error.name === "AnycloudError";

/** An error for people, in one sentence; with its stack where MCP_ANYCLOUD_DEBUG is 1. */
export function sentenceOf(error: unknown): string {
  if (process.env.MCP_ANYCLOUD_DEBUG && error instanceof Error) return error.stack ?? String(error);
  if (isOurs(error)) return error.message;
  const refused = refusalSentence(error);
  if (refused !== undefined) return refused;
  const [message] = (error instanceof Error ? error.message : String(error)).split("\n");
  return `Something unexpected went wrong: ${message} (set MCP_ANYCLOUD_DEBUG=1 for the stack).`;
}

import { AnycloudError, type ErrorCode } from "../src/adapter.ts";

/** Errors in the user's input, as opposed to failures. */
const ASKED_WRONGLY: ReadonlySet<ErrorCode> = new Set(["USAGE", "ENTRY_INVALID", "SERVER_INVALID"]);

/** 2 for an error in the user's input, 1 for a failure. */
export function exitCodeOf(error: unknown): 1 | 2 {
  return error instanceof AnycloudError && ASKED_WRONGLY.has(error.code) ? 2 : 1;
}

/** An error for people, in one sentence; with its stack where MCP_ANYCLOUD_DEBUG is 1. */
export function sentenceOf(error: unknown): string {
  if (process.env.MCP_ANYCLOUD_DEBUG && error instanceof Error) return error.stack ?? String(error);
  if (error instanceof AnycloudError) return error.message;
  const [message] = (error instanceof Error ? error.message : String(error)).split("\n");
  return `Something unexpected went wrong: ${message} (set MCP_ANYCLOUD_DEBUG=1 for the stack).`;
}

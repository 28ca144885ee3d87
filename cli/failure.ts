import { AnycloudError, type ErrorCode } from "../src/adapter.ts";

/** Errors in the user's input, as opposed to failures. */
const ASKED_WRONGLY: ReadonlySet<ErrorCode> = new Set(["USAGE", "ENTRY_INVALID", "SERVER_INVALID"]);

/** 2 for what was asked wrongly, 1 for what failed. */
export function exitCodeOf(error: unknown): 1 | 2 {
  return error instanceof AnycloudError && ASKED_WRONGLY.has(error.code) ? 2 : 1;
}

/** An error as people should see it. The stack is for those who ask for it with MCP_ANYCLOUD_DEBUG=1. */
export function sentenceOf(error: unknown): string {
  if (process.env.MCP_ANYCLOUD_DEBUG && error instanceof Error) return error.stack ?? String(error);
  if (error instanceof AnycloudError) return error.message;
  const [message] = (error instanceof Error ? error.message : String(error)).split("\n");
  return `Something unexpected went wrong: ${message} (set MCP_ANYCLOUD_DEBUG=1 for the stack).`;
}

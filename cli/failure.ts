import { AnycloudError, type ErrorCode } from "../src/adapter.ts";
import { shownPath } from "./shown-path.ts";

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
  const refused = refusedPath(error);
  if (refused !== undefined) return refused;
  const [message] = (error instanceof Error ? error.message : String(error)).split("\n");
  return `Something unexpected went wrong: ${message} (set MCP_ANYCLOUD_DEBUG=1 for the stack).`;
}

/** Refusals of a system by their code, in words and with what to do: nobody can mend them from here. */
const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: "you have no right to it: change its owner or its mode, or work in another folder",
  EPERM: "the system does not permit it: change its owner or its mode, or work in another folder",
  EROFS: "it lies on a disk that is read-only: work in another folder",
  ENOSPC: "the disk is full: make room",
};

function refusedPath(error: unknown): string | undefined {
  const { code = "", path } = (error ?? {}) as NodeJS.ErrnoException;
  const refusal = REFUSALS[code];
  return refusal && path !== undefined
    ? `${shownPath(path)} cannot be written or read, because ${refusal}.`
    : undefined;
}

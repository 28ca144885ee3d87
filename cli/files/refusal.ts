import { accessSync, constants, existsSync } from "node:fs";
import { constants as system } from "node:os";
import { dirname } from "node:path";
import { shownPath } from "./shown-path.ts";

/** Why the system does not let this process write or read something, for people. */
export interface Refusal {
  /** Follows "because". */
  readonly why: string;
  /** Follows a colon: what to do about it. */
  readonly remedy: string;
}

const ELSEWHERE = "work in another folder";
const OTHER_MODE = `change its owner or its mode, or ${ELSEWHERE}`;

/** By the system's code: nobody can mend these from here. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  EACCES: { why: "you have no right to it", remedy: OTHER_MODE },
  EPERM: { why: "the system does not permit it", remedy: OTHER_MODE },
  EROFS: { why: "it lies on a disk that is read-only", remedy: ELSEWHERE },
  ENOSPC: { why: "the disk is full", remedy: "make room" },
  EDQUOT: { why: "your quota on its disk is used up", remedy: "make room" },
};

/** The refusal in an error of Node.js's file system; undefined for any other error. */
export const refusalOf = (error: unknown): Refusal | undefined => REFUSALS[codeOf(error)];

/** The same as a sentence that names the file; undefined for any other error. */
export function refusalSentence(error: unknown): string | undefined {
  const refusal = refusalOf(error);
  if (refusal === undefined) return undefined;
  // Errors of writing itself name no file.
  const { path, dest = path, syscall } = error as NodeJS.ErrnoException & { readonly dest?: string };
  const isTemporary = syscall === "mkdtemp" && dest !== undefined;
  const file = isTemporary ? dirname(dest) : dest;
  const remedy = isTemporary ? refusal.remedy.replace(ELSEWHERE, "set TMPDIR to another one") : refusal.remedy;
  return `${file === undefined ? "A file" : shownPath(file)} cannot be written or read, because ${refusal.why}: ${remedy}.`;
}

function codeOf(error: unknown): string {
  const { code = "", errno, path, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  // Node.js has no name for it.
  if (errno === -system.errno.EDQUOT) return "EDQUOT";
  return code === "ENOENT" && syscall === "mkdir" && path !== undefined ? whyNotMade(path) : code;
}

/** The code of what keeps a folder from being made: Node.js says ENOENT where `recursive` meets a disk that is read-only. */
function whyNotMade(folder: string): string {
  let above = dirname(folder);
  while (!existsSync(above) && above !== dirname(above)) above = dirname(above);
  try {
    accessSync(above, constants.W_OK);
    return "ENOENT";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "";
  }
}

/** Node.js ends the report of an exception with its version, and begins each frame of the stack with "at". */
const NO_REASON = /^\s*(?:$|at |Node\.js v|\^|[{}])/;
const ERROR = /^[\w.]*(?:Error|Exception)\b/;

/** The line that says best why a process ended, of what it wrote to its error stream; empty where it wrote nothing. */
export function lastWordsOf(said: string): string {
  const lines = said.split("\n").filter((line) => !NO_REASON.test(line));
  return (lines.findLast((line) => ERROR.test(line)) ?? lines.at(-1) ?? "").trim().slice(0, 300);
}

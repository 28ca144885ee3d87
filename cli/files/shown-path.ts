import { isAbsolute, relative } from "node:path";

/** A path as people want to read it: from the working directory on, if it lies below that. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" ? "." : short.startsWith("..") || isAbsolute(short) ? path : short;
}

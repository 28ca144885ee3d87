import { readFileSync } from "node:fs";

/** The text of a file, without its byte order mark. In UTF-16 where that says so: PowerShell writes such files. */
export function readText(file: string): string {
  const bytes = readFileSync(file);
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return bytes.toString(isUtf16 ? "utf16le" : "utf8").replace(/^\uFEFF/, "");
}

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The text of a file of a Terraform module. */
export const moduleText = (file: string): string =>
  readFileSync(join(import.meta.dirname, "../../templates", file), "utf8");

/** The attributes of each object `name = { … }` of a map in the locals of a file, as they are written. */
export function objectsIn(text: string): Map<string, Map<string, string>> {
  const objects = text.matchAll(/^ {4}([\w-]+) += \{\n((?: {6}.*\n)+) {4}\}$/gm);
  return new Map([...objects].map(([, name = "", body = ""]) => [name, attributesIn(body, 6)]));
}

/** The attributes at a depth, in spaces. */
export function attributesIn(text: string, depth: number): Map<string, string> {
  const lines = text.matchAll(new RegExp(`^ {${depth}}([\\w-]+) += (.*)$`, "gm"));
  return new Map([...lines].map(([, name = "", value = ""]) => [name, value]));
}

/** The text of a block of a file, by its first line. */
export function blockIn(text: string, head: string): string {
  const start = text.indexOf(`${head} {\n`);
  if (start < 0) throw new Error(`There is no ${head}.`);
  return text.slice(start, text.indexOf("\n}\n", start));
}

/** A string of HCL with its references replaced. Throws for one that is not among them. */
export function stringOf(written: string | undefined, references: Readonly<Record<string, string>> = {}): string {
  if (!written?.startsWith('"')) throw new Error(`${written} is no string.`);
  const replaced = written.replace(/\$\{((?:[^}"]|"[^"]*")+)\}/g, (_, reference: string) => {
    const value = references[reference];
    if (value === undefined) throw new Error(`${reference} is not known.`);
    return JSON.stringify(value).slice(1, -1);
  });
  return JSON.parse(replaced);
}

import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { zipFile } from "../../cli/build/zip-file.ts";

const folder = mkdtempSync(join(tmpdir(), "zip-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CONTENT: Readonly<Record<string, string>> = {
  "index.mjs": "export {};\n".repeat(500),
  "node_modules/native/run": "#!/bin/sh\n",
  "templates/größe.txt": "größe",
  "zero.txt": "",
};
const NAMES = Object.keys(CONTENT);

function fill(where: string): void {
  for (const [name, text] of Object.entries(CONTENT)) {
    mkdirSync(join(where, name, ".."), { recursive: true });
    writeFileSync(join(where, name), text, { mode: 0o600 });
  }
  chmodSync(join(where, "node_modules/native/run"), 0o700);
}

/** The archive as an independent reader sees it: the directory at its end leads. */
function read(zip: Buffer): Record<string, { text: string; mode: string }> {
  const end = zip.lastIndexOf(Buffer.from("PK\u0005\u0006"));
  const files: Record<string, { text: string; mode: string }> = {};
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count--) {
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString("utf8", at + 46, at + 46 + nameLength);
    const header = zip.readUInt32LE(at + 42);
    const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
    const packed = zip.subarray(start, start + zip.readUInt32LE(at + 20));
    files[name] = { text: inflateRawSync(packed).toString(), mode: (zip.readUInt32LE(at + 38) >>> 16).toString(8) };
    at += 46 + nameLength;
  }
  return files;
}

test("holds each file under its name, and what may be run may be run", () => {
  fill(folder);
  const files = read(zipFile(folder, NAMES));
  expect(Object.keys(files)).toEqual(NAMES);
  for (const [name, { text, mode }] of Object.entries(files)) {
    expect(text).toBe(CONTENT[name]);
    expect(mode).toBe(name.endsWith("/run") ? "100755" : "100644");
  }
});

test("gives the same bytes whatever the order, the times and the umask of the files", () => {
  const other = join(folder, "other");
  fill(other);
  for (const name of NAMES) {
    utimesSync(join(other, name), 1_000_000_000, 1_000_000_000);
    chmodSync(join(other, name), name.endsWith("/run") ? 0o755 : 0o664);
  }
  expect(zipFile(other, [...NAMES].reverse()).equals(zipFile(folder, NAMES))).toBe(true);
});

test("an archiver that is not ours finds no fault in it", ({ skip }) => {
  const file = join(folder, "whole.zip");
  writeFileSync(file, zipFile(folder, NAMES));
  const script = "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(z.testzip(), len(z.namelist()))";
  let said: string;
  try {
    said = execFileSync("python3", ["-c", script, file], { encoding: "utf8" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return skip("python3 is not installed");
    throw error;
  }
  expect(said.trim()).toBe(`None ${NAMES.length}`);
});

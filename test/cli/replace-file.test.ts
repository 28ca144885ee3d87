import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { replaceFile } from "../../cli/files/replace-file.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "replace-file-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a name may be as long as the system takes it, and hold anything", async () => {
  for (const name of [`${"l".repeat(251)}.txt`, "a b#%é'\\\"[1]$(x).txt"]) {
    await replaceFile(join(folder, "below", name), "text");
    expect(readFileSync(join(folder, "below", name), "utf8")).toBe("text");
  }
  expect(readdirSync(join(folder, "below"))).toHaveLength(2);
});

test("of two who write one file at the same time each finds it whole", async () => {
  const file = join(folder, "file");
  const texts = ["a", "b", "c"].map((letter) => letter.repeat(1_000_000));
  await Promise.all(texts.map((text) => replaceFile(file, text)));
  expect(texts).toContain(readFileSync(file, "utf8"));
  expect(readdirSync(folder)).toEqual(["file"]);
});

test("a file that cannot be put in its place leaves nothing behind", async () => {
  mkdirSync(join(folder, "index.mjs", "full"), { recursive: true });
  await expect(replaceFile(join(folder, "index.mjs"), "text")).rejects.toThrow(/index\.mjs cannot be written \(E\w+\)/);
  expect(readdirSync(folder)).toEqual(["index.mjs"]);
});

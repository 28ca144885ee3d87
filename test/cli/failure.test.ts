import { afterEach, expect, test, vi } from "vitest";
import { exitCodeOf, sentenceOf } from "../../cli/failure.ts";

afterEach(() => vi.unstubAllEnvs());

const refused = (code: string, details: object = {}): Error =>
  Object.assign(new Error(`${code}: refused`), { code, path: `${process.cwd()}/dist`, ...details });

test.each([
  [refused("EACCES"), /^dist cannot be written or read, because you have no right to it: .*folder\.$/],
  [refused("EROFS"), /^dist cannot be written or read, because it lies on a disk that is read-only: .*folder\.$/],
  [refused("ENOSPC"), /^dist cannot be written or read, because the disk is full: make room\.$/],
  // Errors of `write` name no file.
  [refused("ENOSPC", { path: undefined }), /^A file cannot be written or read, because the disk is full: make room\.$/],
  [refused("EROFS", { path: "/etc/passwd", dest: "/media/copy" }), /^\/media\/copy cannot be written or read, /],
  [refused("EROFS", { path: "/ro/x-XXXXXX", syscall: "mkdtemp" }), /^\/ro cannot .*: set TMPDIR to another one\.$/],
  // Node.js 24 has no name for EDQUOT.
  [
    refused("Unknown system error -122", { errno: -122 }),
    /^dist .*because your quota on its disk is used up: make room\.$/,
  ],
  [refused("ENOENT", { syscall: "mkdir" }), /^Something unexpected went wrong: /],
  [refused("EISDIR"), /^Something unexpected went wrong: /],
])("%s is told in one sentence", (error, sentence) => {
  vi.stubEnv("MCP_ANYCLOUD_DEBUG", "");
  expect(sentenceOf(error)).toMatch(sentence);
});

test("an error of the toolkit's copy in a bundle is one of the toolkit's", () => {
  vi.stubEnv("MCP_ANYCLOUD_DEBUG", "");
  const error = Object.assign(new Error("The server is none: write one."), { name: "AnycloudError", code: "USAGE" });
  expect([sentenceOf(error), exitCodeOf(error)]).toEqual([error.message, 2]);
});

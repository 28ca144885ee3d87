import { expect, test } from "vitest";
import { sentenceOf } from "../../cli/failure.ts";

test.each([
  ["EACCES", /^dist cannot be written or read, because you have no right to it: .*folder\.$/],
  ["EROFS", /^dist cannot be written or read, because it lies on a disk that is read-only: .*folder\.$/],
  ["ENOSPC", /^dist cannot be written or read, because the disk is full: make room\.$/],
  ["EISDIR", /^Something unexpected went wrong: /],
])("%s of a file is told in one sentence", (code, sentence) => {
  const error = Object.assign(new Error(`${code}: refused, mkdir`), { code, path: `${process.cwd()}/dist` });
  expect(sentenceOf(error)).toMatch(sentence);
});

import { posix } from "node:path";
import { expect, test } from "vitest";
import { MOST_FILES_IN_FOLDER, MOST_LINES_IN_FILE } from "./rules.ts";
import { readSources } from "./source-tree.ts";

const sources = [...readSources()];

test(`no folder of src/ and stacks/ holds more than ${MOST_FILES_IN_FOLDER} files`, () => {
  const folders = Map.groupBy(sources, ([file]) => posix.dirname(file));
  const large = [...folders].filter(
    ([folder, files]) => /^(src|stacks)(\/|$)/.test(folder) && files.length > MOST_FILES_IN_FOLDER,
  );
  expect(large.map(([folder, files]) => `${folder}: ${files.length}`)).toEqual([]);
});

test(`no file of src/ and adapters/ has more than ${MOST_LINES_IN_FILE} lines`, () => {
  const long = sources
    .filter(([file]) => /^(src|adapters)\//.test(file))
    .map(([file, source]) => [file, source.split("\n").length - 1] as const)
    .filter(([, lines]) => lines > MOST_LINES_IN_FILE);
  expect(long.map(([file, lines]) => `${file}: ${lines}`)).toEqual([]);
});

import { expect, test } from "vitest";
import { toBuildError } from "../../cli/build/build-failure.ts";

const finding = (text: string) => ({
  id: "",
  pluginName: "",
  text,
  location: { file: "server.ts", namespace: "", line: 2, column: 7, length: 1, lineText: "", suggestion: "" },
  notes: [],
  detail: undefined,
});

test.each([
  [
    'Could not resolve "lodash/map"',
    "server.ts:2:8: .*: install it \\(npm install lodash\\) or correct the import\\.$",
  ],
  [
    'No loader is configured for ".yaml" files: rows.yaml',
    'server.ts:2:8: .*: import it with { type: "text" }, or read it as a file that "assets" names',
  ],
  [
    'No loader is configured for ".wasm" files: a.wasm',
    'a\\.wasm: read it as a file that "assets" names \\(docs/assets.md\\)\\.$',
  ],
  ["Expected ;", "^server.ts:2:8: Expected ;\\.$"],
])("%s says what to do about it", (text, sentence) => {
  expect(toBuildError([finding(text)], "server.ts").message).toMatch(new RegExp(sentence));
});

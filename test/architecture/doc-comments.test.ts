import { expect, test } from "vitest";
import { findRiddles } from "./doc-comments.ts";
import { readSources } from "./source-tree.ts";

test("no doc comment begins with its object", () => {
  const sources = [...readSources()];
  expect(sources.length).toBeGreaterThan(0);
  expect(sources.flatMap(([file, source]) => findRiddles(file, source))).toEqual([]);
});

test.each(["/** What a client got. */", "/**\n * Of one type, by id.\n */", "/** Whoever is let in. */"])(
  "%s is found",
  (comment) => {
    expect(findRiddles("src/planted.ts", `const first = 1;\n${comment}\nconst planted = 1;`)).toEqual([
      expect.stringMatching(/^src\/planted\.ts:2: (What|Of|Whoever) /),
    ]);
  },
);

test.each(["/** A response, and what a client got. */", "// Of SDK v2 alone.", "const text = '/** Who calls. */';"])(
  "%s is not",
  (source) => {
    expect(findRiddles("src/planted.ts", source)).toEqual([]);
  },
);

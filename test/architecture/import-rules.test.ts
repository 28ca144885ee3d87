import { describe, expect, test } from "vitest";
import { checkImports } from "./check-imports.ts";
import { shortestCycles } from "./cycles.ts";
import { findFileCycles, findRoomCycles } from "./find-cycles.ts";
import { importsOf, readImports } from "./import-graph.ts";
import { readOwnPackage } from "./own-package.ts";
import { ALLOWED, FORBIDDEN } from "./planted-imports.ts";
import { FOLDER_RULES, ROOM_ORDER, ROOT_FILES } from "./rules.ts";
import { readSources } from "./source-tree.ts";

const own = readOwnPackage();
const sources = readSources();
const graph = readImports(sources, own);

/** Each way to depend on another file. */
const FORMS: ReadonlyArray<readonly [name: string, write: (specifier: string) => string]> = [
  ["a value", (specifier) => `import { planted } from "${specifier}";`],
  ["a type", (specifier) => `import type { Planted } from "${specifier}";`],
  ["a type among values", (specifier) => `import { type Planted } from "${specifier}";`],
  ["an effect", (specifier) => `import "${specifier}";`],
  ["a re-export", (specifier) => `export { planted } from "${specifier}";`],
  ["a re-export of types", (specifier) => `export type { Planted } from "${specifier}";`],
  ["a re-export of everything", (specifier) => `export * from "${specifier}";`],
  ["import()", (specifier) => `const planted = async () => await import("${specifier}");`],
  ["import() of a template", (specifier) => `const planted = import(\`${specifier}\`);`],
  ["import() as a type", (specifier) => `let planted: typeof import("${specifier}") | undefined;`],
  ["require()", (specifier) => `const planted = require("${specifier}");`],
  ["import = require()", (specifier) => `import planted = require("${specifier}");`],
];

describe("the tree", () => {
  test("has imports of every kind of folder to check", () => {
    const read = [...graph.keys()];
    for (const folder of ["src/", "adapters/aws/", "emulators/", "cli/", "stacks/", "examples/", "bench/", "test/"])
      expect(read.some((file) => file.startsWith(folder))).toBe(true);
  });

  test("imports only what rules.ts allows", () => {
    expect(checkImports(graph).map(({ message }) => message)).toEqual([]);
  });

  test("has no cycle of files, types counted", () => {
    expect(findFileCycles(graph)).toEqual([]);
  });

  test("has no cycle of rooms in src", () => {
    expect(findRoomCycles(graph)).toEqual([]);
  });
});

describe("planted imports", () => {
  const before = new Set(checkImports(graph).map(({ message }) => message));

  test.each(FORBIDDEN)("%s may not import %s, and exactly its rule reports it: %s", (from, specifier, rule) => {
    for (const [form, write] of FORMS) {
      const planted = importsOf(from, `${sources.get(from) ?? ""}\n${write(specifier)}\n`, own);
      const after = checkImports(new Map(graph).set(from, planted));
      const found = after.filter(({ message }) => !before.has(message));
      expect(
        found.map((violation) => violation.rule),
        form,
      ).toEqual([rule]);
      expect(found[0]?.message, form).toContain(from);
    }
  });

  test.each(ALLOWED)("%s may import %s", (from, specifier) => {
    const planted = FORMS.flatMap(([, write]) => importsOf(from, write(specifier), own));
    expect(planted).toHaveLength(FORMS.length);
    expect(checkImports(new Map([[from, planted]]))).toEqual([]);
  });

  test("every rule has one", () => {
    const reported = new Set(FORBIDDEN.map(([, , rule]) => rule));
    expect([...reported].sort()).toEqual([...FOLDER_RULES.map(({ folder }) => folder), "folders", "rooms"].sort());
  });

  test("every room and root file has a place", () => {
    const rooms = ROOM_ORDER.flat();
    expect(new Set(rooms).size).toBe(rooms.length);
    for (const room of Object.values(ROOT_FILES)) expect(rooms).toContain(room);
  });
});

describe("text that is no import", () => {
  test.each([
    ["a comment", '// import "../cli/main.ts";\n/* export * from "../cli/main.ts"; */'],
    ["a string", `const text = 'import "../cli/main.ts";';`],
    ["a template", 'const text = `\nimport "../cli/main.ts";\n`;'],
    ["an expression", "const text = /import '..\\/cli\\/main.ts'/;"],
    ["a URL", 'const program = new URL("../cli/main.ts", import.meta.url);'],
    ["what is only known when it runs", "const module = (url: string) => import(url);"],
  ])("%s", (_, source) => {
    expect(importsOf("src/planted.ts", source, own)).toEqual([]);
  });
});

describe("cycles", () => {
  test("are found among types, by the shortest path of each knot", () => {
    const planted = readImports(
      new Map([
        ["src/http/a.ts", 'import type { B } from "./b.ts";'],
        ["src/http/b.ts", 'import type { C } from "../store/c.ts"; import { a } from "./a.ts";'],
        ["src/store/c.ts", 'export type * from "../http/a.ts";'],
        ["src/store/d.ts", 'import "./e.ts";'],
        ["src/store/e.ts", 'const d = () => import("./d.ts");'],
        ["src/store/f.ts", 'import "./e.ts";'],
      ]),
      own,
    );
    expect(findFileCycles(planted)).toEqual([
      "src/http/a.ts → src/http/b.ts → src/http/a.ts (3 depend on each other)",
      "src/store/d.ts → src/store/e.ts → src/store/d.ts (2 depend on each other)",
    ]);
    expect(findRoomCycles(planted)).toEqual([
      "http → store → http (2 depend on each other): src/http/b.ts imports src/store/c.ts; src/store/c.ts imports src/http/a.ts",
    ]);
  });

  test("are not seen where there are none", () => {
    const edges = { top: ["left", "right"], left: ["bottom"], right: ["bottom"], bottom: [] };
    expect(shortestCycles(new Map(Object.entries(edges).map(([node, next]) => [node, new Set(next)])))).toEqual([]);
  });

  test("are found where a file imports itself", () => {
    expect(shortestCycles(new Map([["a", new Set(["a"])]]))).toEqual([{ path: ["a", "a"], size: 1 }]);
  });
});

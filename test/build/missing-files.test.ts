import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { missingFiles } from "../../cli/build/plugins/project/missing-files.ts";

const projectFolder = mkdtempSync(join(tmpdir(), "named-"));
afterAll(() => rmSync(projectFolder, { recursive: true, force: true }));
for (const folder of ["src/pages", "data"]) mkdirSync(join(projectFolder, folder), { recursive: true });
for (const file of ["src/pages/a.html", "src/b.txt", "data/c.csv"]) writeFileSync(join(projectFolder, file), "");

const namesOf = (source: string, shipped: string[] = [], place = "src/server.ts"): string[] =>
  missingFiles({ path: join(projectFolder, place), source, place, projectFolder, shipped: new Set(shipped) }).map(
    ({ text }) => text ?? "",
  );

describe("a file that a module names and nobody ships", () => {
  test.each([
    ['new URL("./gone.html", import.meta.url)', "src/gone.html"],
    ['new URL("../data/", import.meta.url)', "data/"],
    ['import.meta.resolve("./gone.html")', "src/gone.html"],
    ['join(import.meta.dirname, "pages", "a.html")', "src/pages/a.html"],
    ['path.join(__dirname, "pages")', "src/pages"],
    ["resolve(__dirname, '../data/c.csv')", "data/c.csv"],
    ['readFileSync("data/c.csv", "utf8")', "data/c.csv"],
    ["await readdir('./data')", "data"],
  ])("is found in %s", (source, file) => {
    expect(namesOf(source)).toEqual([file]);
    expect(namesOf(source, [file, join(file, "x")])).toEqual([]);
  });

  test.each([
    'join(import.meta.dirname, "made-later.txt")',
    'join(import.meta.dirname, "..")',
    'new URL("../", import.meta.url)',
    'new URL(".", import.meta.url)',
    'import.meta.resolve("paper")',
    'readFileSync("/etc/hosts")',
    'readFileSync("../outside.txt")',
    `readFileSync(\`\${name}.csv\`)`,
    'readFileSync("gone.csv")',
  ])("is none in %s", (source) => {
    expect(namesOf(source)).toEqual([]);
  });

  test("is told of a package for new URL alone", () => {
    const source = 'join(__dirname, "b.txt"); new URL("./b.txt", import.meta.url)';
    const place = "node_modules/paper/index.js";
    mkdirSync(join(projectFolder, "node_modules/paper"), { recursive: true });
    writeFileSync(join(projectFolder, "node_modules/paper/b.txt"), "");
    expect(namesOf(source, [], place)).toEqual(["node_modules/paper/b.txt"]);
  });
});

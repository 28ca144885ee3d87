import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findAssets } from "../../cli/build/project/assets.ts";

const folder = mkdtempSync(join(tmpdir(), "assets-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FILES = ["pages/a.html", "pages/deep/b.html", "shared/c.html", "shared/more/d.html", "other/e.html"];
const LINKS = {
  "pages/linked": "../shared",
  "pages/deep/file.html": "../a.html",
  "shared/more/up": "../..",
  "shared/more/on": "../../other",
  "other/back": "../shared",
  "gone/page.html": "nowhere.html",
  "loop/page.html": "page.html",
};
for (const file of [...FILES, ...Object.keys(LINKS)]) mkdirSync(dirname(join(folder, file)), { recursive: true });
for (const file of FILES) writeFileSync(join(folder, file), file);
for (const [link, target] of Object.entries(LINKS)) symlinkSync(target, join(folder, link));

const find = (...assets: string[]): string[] => {
  const found = findAssets({ folder, assets, external: [], manifest: {} }, join(folder, "dist/aws"));
  return found.map(({ name }) => name);
};

describe("assets", () => {
  test.each(["pages/**", "pages/**/*.html", "./pages/**"])("%s goes through links to folders, once", (glob) => {
    expect(find(glob)).toEqual([
      "pages/a.html",
      "pages/deep/b.html",
      "pages/deep/file.html",
      "pages/linked/c.html",
      "pages/linked/more/d.html",
      "pages/linked/more/on/e.html",
    ]);
  });

  test.each(["pages/*", "./pages/a.html"])("%s stays in its folder", (glob) => {
    expect(find(glob)).toEqual(["pages/a.html"]);
  });

  test.each(["gone/**", "gone/page.html", "loop/*", "**"])("%s matches a link that leads nowhere", (glob) => {
    expect(() => find(glob)).toThrow(expect.objectContaining({ code: "BUILD_FAILED" }));
    expect(() => find(glob)).toThrow(`"${glob}", which matches`);
    expect(() => find(glob)).toThrow(/\/page\.html, a link that leads nowhere: correct or remove the link\.$/);
  });

  test.each([
    ["pages", /matches the folder pages and no file: name its files, as in "pages\/\*\*"\.$/],
    ["pages/", /matches the folder pages and no file: name its files, as in "pages\/\*\*"\.$/],
    ["page/**", /names "page\/\*\*", which no file matches: correct it or add the file\.$/],
  ])("%s ships nothing", (glob, sentence) => {
    expect(() => find(glob)).toThrow(sentence);
  });
});

import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const text = readFileSync(new URL("SECURITY.md", root), "utf8");

test("every promise of SECURITY.md names tests that are there", () => {
  const rows = [...text.matchAll(/^\| .+ \| .+ \| (.*`.*) \|$/gm)].map(([, tests = ""]) => tests);
  expect(rows.length).toBeGreaterThan(15);
  const named = rows.flatMap((tests) => [...tests.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path));
  const paths = named.map((path) => path.replace(/^S\//, "test/security/"));
  expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});

test("every link of SECURITY.md leads somewhere", () => {
  const links = [...text.matchAll(/\]\(([^)#]+)(?:#([\w-]+))?\)/g)];
  expect(links.length).toBeGreaterThan(2);
  for (const [, path = "", anchor] of links) {
    const page = readFileSync(new URL(path, root), "utf8");
    const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
      title.toLowerCase().replaceAll(" ", "-"),
    );
    if (anchor !== undefined) expect(headings).toContain(anchor);
  }
});

import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const pages = globSync(["*.md", "docs/*.md"], { cwd: root });

test("every link of a page to a file leads somewhere", () => {
  const links = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)]*)?\)/g)].map(([, target = ""]) => ({
      page,
      target,
    })),
  );
  expect(links.length).toBeGreaterThan(40);
  expect(links.filter(({ page, target }) => !existsSync(join(root, dirname(page), target)))).toEqual([]);
});

/** The fragment by which GitHub finds a heading. */
const fragmentOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-");

test("every link of a page to a part of a page leads to a heading", () => {
  const links = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)#([^)]+)\)/g)].map(([, target = "", fragment = ""]) => ({
      page,
      target: target === "" ? page : join(dirname(page), target),
      fragment,
    })),
  );
  expect(links.length).toBeGreaterThan(15);
  const headings = (page: string): string[] =>
    [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => fragmentOf(heading));
  expect(links.filter(({ target, fragment }) => !headings(target).includes(fragment))).toEqual([]);
});

test("every page of docs/ can be reached from the README", () => {
  const reached = new Set<string>();
  const follow = (page: string): void => {
    if (reached.has(page) || !pages.includes(page)) return;
    reached.add(page);
    for (const [, target = ""] of read(page).matchAll(/\]\(([\w./-]+\.md)(?:#[^)]*)?\)/g))
      follow(join(dirname(page), target));
  };
  follow("README.md");
  expect(pages.filter((page) => page.startsWith("docs/") && !reached.has(page))).toEqual([]);
});

test("every sentence that the page about trouble explains is one that the code says", () => {
  const sources = globSync("{src,adapters,cli}/**/*.ts", { cwd: root }).map(read);
  const said = read("docs/troubleshooting.md").matchAll(/^\|(?: \d{3} \|)? `([A-Z][^`]+)` \|/gm);
  const sentences = [...said].map(([, sentence = ""]) => sentence);
  expect(sentences.length).toBeGreaterThan(20);
  expect(sentences.filter((sentence) => !sources.some((source) => source.includes(sentence)))).toEqual([]);
});

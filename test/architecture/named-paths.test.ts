import { expect, test } from "vitest";
import { pathsIn, stalePaths } from "./named-paths.ts";
import { listFiles, readText } from "./source-tree.ts";

const existing = listFiles("**");
const topFolders = new Set(existing.filter((path) => path.includes("/")).map((path) => path.split("/")[0] ?? ""));

test.each(["ARCHITECTURE.md", "README.md", "CONTRIBUTING.md"])("every path that %s names exists", (document) => {
  const named = pathsIn(readText(document), topFolders);
  expect(named.length).toBeGreaterThan(0);
  expect(stalePaths(named, existing, topFolders)).toEqual([]);
});

const TREE = ["src", "src/http", "src/http/sse.ts", "adapters/aws/entry.ts", "adapters/azure/entry.ts", "docs/aws.md"];
const TOP = new Set(["src", "adapters", "docs"]);
const staleIn = (markdown: string): string[] => stalePaths(pathsIn(markdown, TOP), TREE, TOP);

test.each([
  ["| `src/http/sse.ts`, then `sse.ts` in `http/` | and `src/` |"],
  ["[docs](docs/aws.md#first)"],
  ["`src/*/sse.ts`"],
  ["`adapters/{aws,azure}/entry.ts`"],
  ["`tools/call`, `/mcp`, `@azure/functions`, `node:http`, `text/event-stream`, `index.handler`, `dist/aws/index.mjs`"],
  ["```sh\ncat src/absent.ts `absent.ts`\n```"],
])("nothing is stale in %s", (markdown) => {
  expect(staleIn(markdown)).toEqual([]);
});

test.each([
  ["`src/http/gone.ts`", ["src/http/gone.ts"]],
  // Not the end of a longer path: it begins at the root.
  ["`src/sse.ts`", ["src/sse.ts"]],
  ["`gone.ts`", ["gone.ts"]],
  ["`legacy/`", ["legacy/"]],
  ["[docs](docs/gone.md)", ["docs/gone.md"]],
  ["`adapters/<cloud>/entry.ts`", ["adapters/gcp/entry.ts"]],
  ["`adapters/{aws,gcp}/entry.ts`", ["adapters/gcp/entry.ts"]],
  ["`src/http/*-gone.ts`", ["src/http/*-gone.ts"]],
])("what is gone is found in %s", (markdown, stale) => {
  expect(staleIn(markdown)).toEqual(stale);
});

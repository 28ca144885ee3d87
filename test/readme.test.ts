import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { extendManifest } from "../cli/init/manifest.ts";
import { greet } from "../examples/greeter/connect.ts";
import { startIngress } from "./support/ingresses.ts";

const root = new URL("../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const readme = read("README.md");
const fences = [...readme.matchAll(/^```(\w+)\n(.*?)^```/gms)].map(([, language, code = ""]) => ({ language, code }));

test("every TypeScript in the README stands in a compiled example, to the letter", () => {
  const examples = globSync("examples/**/*.ts", { cwd: fileURLToPath(root) }).map(read);
  const snippets = fences.filter(({ language }) => language === "ts");
  expect(snippets.length).toBeGreaterThan(0);
  for (const { code } of snippets) expect(examples.filter((example) => example.includes(code))).toHaveLength(1);
});

test("every npm script the documents name exists", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const named = (text: string): string[] => [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = ""]) => name);
  const ours = named(read("CONTRIBUTING.md"));
  expect(ours.length).toBeGreaterThan(0);
  expect(ours.filter((name) => !(name in scripts))).toEqual([]);
  // The README and the first page are read in a project that init made.
  const theirs = [readme, read("docs/getting-started.md")].flatMap(named);
  expect(theirs.length).toBeGreaterThan(0);
  const choices = { name: "notes", clouds: ["aws", "azure", "gcp"], sdk: "v2", terraform: false } as const;
  const { manifest } = extendManifest({}, choices);
  expect(theirs.filter((name) => !(name in (manifest.scripts ?? {})))).toEqual([]);
});

test("the README has at most 120 lines", () => {
  expect(readme.trimEnd().split("\n").length).toBeLessThanOrEqual(120);
});

test("the variables that the README names are settings", () => {
  const settings = read("docs/settings.md");
  const named = [...readme.matchAll(/\bMCP_ANYCLOUD_\w+/g)].map(([name]) => name);
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((name) => !settings.includes(`| \`${name}\` |`))).toEqual([]);
});

test("the README's server answers the README's client", async () => {
  const entry = fileURLToPath(new URL("examples/greeter/server.ts", root));
  const ingress = await startIngress("aws", { entry });
  try {
    expect(await greet(`${ingress.url}/mcp`)).toEqual([{ type: "text", text: "Hello, Ada!" }]);
  } finally {
    await ingress.close();
  }
});

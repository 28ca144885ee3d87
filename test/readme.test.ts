import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
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
  const named = [readme, read("CONTRIBUTING.md")].flatMap((text) => [...text.matchAll(/npm run ([\w:-]+)/g)]);
  expect(named.length).toBeGreaterThan(0);
  expect(named.map(([, name = ""]) => name).filter((name) => !(name in scripts))).toEqual([]);
});

test("the variables that the README names are settings", () => {
  const settings = read("docs/settings.md");
  const named = [...readme.matchAll(/\bMCP_ANYCLOUD_\w+/g)].map(([name]) => name);
  expect(named.length).toBeGreaterThan(3);
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

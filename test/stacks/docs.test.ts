import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { synthesize } from "./synthesis.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const guide = read("docs/aws.md");

test("the guide's TypeScript compiles", () => {
  const compiled = read("test/stacks/documented.ts");
  const snippets = [...guide.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ""]) => code);
  expect(snippets).toHaveLength(3);
  for (const snippet of snippets) expect(compiled).toContain(snippet);
});

test("the guide names the outputs that there are", () => {
  const named = [...guide.matchAll(/^\| `([A-Z]\w+)` \| /gm)].map(([, name]) => name);
  expect(named).toEqual(Object.keys(synthesize({}).template.Outputs));
});

test("the guide names scripts and files that there are", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  for (const [, script = ""] of guide.matchAll(/npm run ([\w:-]+)/g)) expect(scripts).toHaveProperty(script);
  const files = [...guide.matchAll(/\b(?:stacks|cli|examples)\/[\w/.-]+\.ts\b/g)].map(([file]) => file);
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) expect(globSync(file, { cwd: root })).toEqual([file]);
});

describe("every prop says what it is", () => {
  const interfaces = globSync("stacks/**/*.ts", { cwd: root }).flatMap((file) =>
    [...read(file).matchAll(/^export interface (\w+)[^{]*\{\n(.*?)^\}/gms)].map(([, name = "", body = ""]) => ({
      name,
      body,
    })),
  );
  const propsOf = (name: string): { prop: string; optional: boolean; comment: string | undefined }[] =>
    [
      ...(interfaces.find((one) => one.name === name)?.body ?? "").matchAll(
        /(\/\*\*(?:(?!\*\/).)*?\*\/\s*)?readonly (\w+)(\??):/gs,
      ),
    ].map(([, comment, prop = "", mark]) => ({ prop, optional: mark === "?", comment }));
  const given = [
    "McpServerProps",
    "McpSettings",
    "AlarmProps",
    "SessionTableProps",
    "DeploymentProps",
    "CustomDomain",
    "Throttle",
    "TokenIssuer",
  ];

  test.for(given)("%s, with its default", (name) => {
    const props = propsOf(name);
    expect(props.length).toBeGreaterThan(0);
    expect(props.filter(({ comment }) => comment === undefined).map(({ prop }) => prop)).toEqual([]);
    const silent = props.filter(({ optional, comment }) => optional && !/\bdefault\b/i.test(comment ?? ""));
    expect(silent.map(({ prop }) => prop)).toEqual([]);
  });

  test("McpServerProps, with its idle cost", () => {
    const silent = propsOf("McpServerProps").filter(({ comment }) => !/\bIdle: /.test(comment ?? ""));
    expect(silent.map(({ prop }) => prop)).toEqual([]);
  });
});

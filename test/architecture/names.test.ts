import { describe, expect, test } from "vitest";
import { CLOUD_LITERALS } from "./cloud-words.ts";
import { findClouds, findPrivateWords, identifiersOf } from "./names.ts";
import { NOT_PRIVATE, PRIVATE_WORDS } from "./private-words.ts";
import { readSources, readText } from "./source-tree.ts";

const sources = [...readSources()];

describe("the tree", () => {
  test("no file of src/ names a cloud", () => {
    const core = sources.filter(([file]) => file.startsWith("src/"));
    expect(core.length).toBeGreaterThan(0);
    expect(core.flatMap(([file, source]) => findClouds(file, source))).toEqual([]);
  });

  test("no private word is an identifier", () => {
    const found = sources.flatMap(([file, text]) => findPrivateWords(file, text));
    expect(found).toEqual([]);
  });
});

describe("a cloud's name", () => {
  test.each([
    ["in a comment", "/** Lambda freezes the instance. */"],
    ["over two lines of one", "/**\n * Behind Cloud\n * Run.\n */"],
    ["in a string", 'const header = "x-goog-iap-jwt-assertion";'],
    ["in an identifier", "const awsRoleArn = role;"],
    ["in a constant", "const AWS_REGION = region;"],
    ["in a camel-case word", "class MyDynamoDBStore {}"],
    ["in a word of one case", 'import "./dynamodb.ts";'],
    ["in upper case", "// GOOGLE"],
  ])("is found %s", (_, source) => {
    expect(findClouds("src/planted.ts", source)).not.toEqual([]);
  });

  test("is found in a file's name", () => {
    expect(findClouds("src/auth/azure-identity.ts", "")).toEqual(["src/auth/azure-identity.ts: azure"]);
  });

  test.each(["laws and draws", "mcp-anycloud", "a cloud. Run it", "MCP_ANYCLOUD_STORE", "the learned"])(
    "is not in %s",
    (text) => {
      expect(findClouds("src/planted.ts", `// ${text}`)).toEqual([]);
    },
  );
});

describe("a literal that may name a cloud", () => {
  test.each(CLOUD_LITERALS)("is $literal of $in only, and is there", ({ literal, in: file, reason }) => {
    expect(reason).not.toBe("");
    expect(readText(file)).toContain(literal);
    expect(findClouds(file, `const name = ${literal};`)).toEqual([]);
    expect(findClouds(file, `const name = ${literal.replace('"', '"x-')};`)).not.toEqual([]);
    expect(findClouds("src/planted.ts", `const name = ${literal};`)).not.toEqual([]);
  });
});

describe("a private word", () => {
  const plant = (phrase: string): string =>
    phrase.replace("*", "").replace(/ (\w)/g, (_, initial: string) => initial.toUpperCase());

  test.each(PRIVATE_WORDS.map((word) => [word.phrase, word] as const))("%s is found in each form", (phrase, word) => {
    const file = `${word.in?.[0] ?? "cli/"}planted.ts`;
    const name = plant(phrase);
    const pascal = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    const parts = word.isWhole ? [name, pascal] : [name, pascal, `create${pascal}`, `${name}Options`];
    for (const identifier of parts) {
      const source = `export interface Planted { ${identifier}: string }`;
      expect(findPrivateWords(file, source), identifier).toHaveLength(1);
    }
    const constant = phrase.replace("*", "").replaceAll(" ", "_").toUpperCase();
    expect(findPrivateWords(file, `const ${constant} = 1;`)).toHaveLength(1);
    expect(findPrivateWords(file, `class Planted { #${name} = 1; }`)).toHaveLength(1);
    expect(findPrivateWords(file.replace("planted", phrase.replace("*", "").replaceAll(" ", "-")), "")).toHaveLength(1);
  });

  test("is not looked for in comments, strings and templates", () => {
    const source = "// a stranger's visit\nconst text = 'a leg'; const template = `the fleet`; const pattern = /news/;";
    expect(findPrivateWords("src/planted.ts", source)).toEqual([]);
  });

  test.each([
    ["src/planted.ts", "await Promise.allSettled(all); signal.addEventListener('abort', go);"],
    ["src/auth/planted.ts", "createMemoryStore();"],
    ["src/http/planted.ts", "const line = lines[0]; const elegant = legacy; const visitor = navigate;"],
    ["src/config/planted.ts", "const gateway = aggregate;"],
    ["adapters/aws/planted.ts", "const exchange = place; const listener = note;"],
    ["stacks/planted.ts", "const props = { pointInTimeRecoveryEnabled: true };"],
    ["examples/notebook/planted.ts", "const note: Note = notes[0];"],
  ])("is not an ordinary one, nor a platform's: %s", (file, source) => {
    expect(findPrivateWords(file, source)).toEqual([]);
  });

  test("every exception has a reason, and is one", () => {
    for (const { identifier, in: folder, reason } of NOT_PRIVATE) {
      expect(reason).not.toBe("");
      const used = sources.some(
        ([file, text]) =>
          file.startsWith(folder) && identifiersOf(file, text).some(({ name }) => identifier.test(name)),
      );
      expect(used, String(identifier)).toBe(true);
    }
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { generatedFiles } from "../../generate/generated-files.ts";
import { KEY_ROTATION_PACKAGES, keyRotationPackage } from "../../generate/key-rotation-package.ts";
import { SETTING_TABLES, type SettingTable } from "../../generate/setting-tables.ts";
import { sharedTemplateFiles } from "../../generate/shared-template-files.ts";
import type { Setting } from "../../src/config/setting.ts";
import { listOf, oneOf, parsedBy, textLike, wholeNumber } from "../../src/config/value-type.ts";

const ROOT = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

type Files = Readonly<Record<string, string>>;
const current: Files = generatedFiles(SETTING_TABLES, read);
const differing = (files: Files): string[] => Object.keys(files).filter((path) => files[path] !== current[path]);

const MODULES = ["aws", "aws-ecs", "azure", "azure-container-apps", "gcp"].map((module) => `templates/${module}`);
const settingsFiles = MODULES.map((module) => `${module}/settings.tf`);
const NOT_OF_SETTINGS = /^docs\/observability\.md$|\/pictures\.(ts|tf)$/;
const environmentFiles = MODULES.map((module) => `${module}/environment.tf`);

test.each(Object.keys(current))("%s is as `npm run generate` writes it", (path) => {
  expect(read(path)).toBe(current[path]);
});

test.each(KEY_ROTATION_PACKAGES)("%s is as `npm run generate` packs it", (path) => {
  const packed = readFileSync(join(ROOT, path));
  expect(packed.equals(keyRotationPackage(ROOT))).toBe(true);
});

/** The tables with one setting changed or added. */
function tablesWith(field: string, setting: Setting, file = "src/config/limit-settings.ts"): readonly SettingTable[] {
  return SETTING_TABLES.map((table) =>
    table.file === file ? { ...table, settings: { ...table.settings, [field]: setting } } : table,
  );
}

/** Reads the repository with a doc comment for a field that it does not have. */
const readWith =
  (comment: string, file = "src/config/limit-settings.ts") =>
  (path: string): string =>
    path === file
      ? `${read(path)}interface More {\n  /** ${comment} */\n  readonly maxPlanted?: number;\n}\n`
      : read(path);

const CHANGES: readonly (readonly [string, Partial<Setting>])[] = [
  ["its bounds", { type: wholeNumber(1, 9999) }],
  ["its unit", { type: wholeNumber(1, 10_000, "bytes") }],
  ["its type", { type: oneOf("few", "many") }],
  ["its default", { default: 7 }],
];

describe("a change of a setting in its table is in the page, the CDK stack and every module:", () => {
  test.each(CHANGES)("%s", (_what, change) => {
    const setting: Setting = { variable: "MCP_ANYCLOUD_MAX_STREAMS", type: wholeNumber(1, 10_000), ...change };
    const changed = differing(generatedFiles(tablesWith("maxStreams", setting), read));
    expect(changed).toEqual(expect.arrayContaining(["docs/settings.md", "stacks/settings.ts", ...settingsFiles]));
  });

  test("its text", () => {
    const changed = generatedFiles(SETTING_TABLES, (path) =>
      read(path).replace("Most streams that one caller", "Most long streams that one caller"),
    );
    expect(differing(changed)).toEqual(["docs/settings.md", "stacks/settings.ts", ...settingsFiles]);
  });

  test("its variable", () => {
    const setting: Setting = { variable: "MCP_ANYCLOUD_MOST_STREAMS", type: wholeNumber(1, 10_000) };
    const changed = differing(generatedFiles(tablesWith("maxStreams", setting), read));
    expect(changed).toEqual(expect.arrayContaining(["docs/settings.md", "stacks/settings.ts", ...environmentFiles]));
  });
});

describe("a setting that is added to its table", () => {
  const variable = "MCP_ANYCLOUD_MAX_PLANTED";
  const add = (setting: Partial<Setting>, comment = "Most turns. @default as many as it takes"): Files => {
    const added: Setting = { variable, type: wholeNumber(1, 50), ...setting };
    return generatedFiles(tablesWith("maxPlanted", added), readWith(comment));
  };

  test("is everywhere, with its text, its default and its bounds", () => {
    const files = add({});
    const copied = sharedTemplateFiles(read);
    const expected = Object.keys(current).filter((path) => !NOT_OF_SETTINGS.test(path) && !(path in copied));
    expect(differing(files)).toEqual(expected);
    expect(files["docs/settings.md"]).toContain(`| \`${variable}\` | as many as it takes | 1 to 50 | Most turns. |`);
    expect(files["docs/settings.md"]).toContain("| `settings.maxPlanted` | `settings.max_planted` |");
    expect(files["stacks/settings.ts"]).toContain("Most turns. Default: as many as it takes.");
    expect(files["stacks/settings.ts"]).toContain("  readonly maxPlanted?: number;");
    for (const path of settingsFiles) {
      expect(files[path]).toMatch(/^ {4}max_planted +=/m);
      expect(files[path]).toContain("settings.max_planted must be a whole number from 1 to 50.");
      expect(files[path]).toContain("var.settings.max_planted >= 1 && var.settings.max_planted <= 50");
    }
    for (const path of environmentFiles) {
      expect(files[path]).toMatch(/^ {4}MCP_ANYCLOUD_MAX_PLANTED +=/m);
      expect(files[path]).toContain("tostring(var.settings.max_planted)");
    }
  });

  test("is in the page alone where deployments set it themselves", () => {
    expect(differing(add({ setByDeployment: true }))).toEqual(["docs/settings.md"]);
  });

  test("is refused by deployments without a store where it needs one", () => {
    const files = add({ needsStore: true });
    expect(files["stacks/settings.ts"]).toMatch(/maxPlanted: \{[^}]*needsStore: true/);
    for (const path of settingsFiles) {
      expect(files[path]).toContain('var.settings.max_planted == null || var.session_store != "none"');
    }
  });

  test("does not begin a template of Terraform's in a text or pattern", () => {
    const files = add({ type: textLike(/^\${1,2}"\/$/, `be ${"$"}{x}`) }, "Most %{turns}.");
    for (const path of settingsFiles) {
      expect(files[path]).toContain("max_planted: Most %%{turns}.");
      expect(files[path]).toContain(`must be $${"$"}{x}.`);
      expect(files[path]).toContain('regex("^\\\\$${1,2}\\"/$", var.settings.max_planted)');
    }
  });

  test("has the rules of a list for each item", () => {
    const files = add({ type: listOf({ pattern: /^a/, except: /^ab/, namedBefore: "=" }, "be names") });
    for (const path of settingsFiles) {
      expect(files[path]).toContain('can(regex("^a", item)) && !can(regex("^ab", item))');
      expect(files[path]).toContain('split("=", item)[0]');
    }
    expect(files["stacks/settings.ts"]).toMatch(/pattern: \/\^a\/,\n *except: \/\^ab\/,\n *namedBefore: "=",/);
  });

  test("must have a doc comment", () => {
    const added: Setting = { variable, type: wholeNumber(1, 50) };
    expect(() => generatedFiles(tablesWith("maxPlanted", added), read)).toThrow(
      "The field maxPlanted in src/config/limit-settings.ts has no doc comment",
    );
  });

  test("must have a type that deployments can check, where they are given it", () => {
    expect(() => add({ type: parsedBy((text) => text, "be anything") })).toThrow("The setting maxPlanted has a syntax");
  });
});

test("each setting has the variable of its field's name", () => {
  const upperCase = (field: string): string => field.replaceAll(/[A-Z]/g, "_$&").toUpperCase();
  const all = SETTING_TABLES.flatMap(({ settings }) => Object.entries(settings));
  expect(all.map(([, { variable }]) => variable)).toEqual(all.map(([field]) => `MCP_ANYCLOUD_${upperCase(field)}`));
});

test("no pattern uses what Terraform's RE2 does not understand: look-around, back-references, named groups", () => {
  const patterns = SETTING_TABLES.flatMap(({ settings }) => Object.values(settings)).flatMap(({ type }) => {
    if (type.kind === "text") return [type.pattern];
    return type.kind === "list" ? [type.items.pattern, ...(type.items.except ? [type.items.except] : [])] : [];
  });
  expect(patterns.length).toBeGreaterThan(8);
  expect(patterns.filter(({ source, flags }) => flags !== "" || /\(\?|\\[1-9k]/.test(source))).toEqual([]);
});

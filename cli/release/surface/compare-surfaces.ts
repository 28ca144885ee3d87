import { isDeepStrictEqual } from "node:util";
import type { Surface } from "./surface.ts";

/** One difference between two servers, for people. */
export interface Change {
  readonly what: string;
  /** Clients that know the server before would fail. */
  readonly breaking: boolean;
}

/** Tells what changes for clients when `after` takes the place of `before`: what breaks first. */
export function compareSurfaces(before: Surface, after: Surface): readonly Change[] {
  const changes = [
    ...named("tool", before.tools, after.tools, (place, tool, now) => [
      ...compareSchemas(rulesOf(tool.input), rulesOf(now.input), `${place}: argument`, "taken"),
      ...compareSchemas(rulesOf(tool.output), rulesOf(now.output), `${place}: result`, "given"),
    ]),
    ...named("prompt", before.prompts, after.prompts, (place, prompt, now) =>
      compareSchemas(prompt, now, `${place}: argument`, "taken"),
    ),
    ...after.scopes
      .filter((scope) => !before.scopes.includes(scope))
      .map((scope) => breaks(`scope ${scope} is asked for, which tokens so far need not have`)),
    ...before.scopes.filter((scope) => !after.scopes.includes(scope)).map((scope) => fits(`scope ${scope} is gone`)),
  ];
  return changes.toSorted((a, b) => Number(b.breaking) - Number(a.breaking));
}

const breaks = (what: string): Change => ({ what, breaking: true });
const fits = (what: string): Change => ({ what, breaking: false });

/** Tells which items are gone, which are new, and how those in both differ. */
function named<Item>(
  kind: string,
  before: Readonly<Record<string, Item>>,
  after: Readonly<Record<string, Item>>,
  compare: (place: string, was: Item, is: Item) => Change[],
): Change[] {
  return Object.keys({ ...before, ...after }).flatMap((name) => {
    const [was, is] = [ownOf(before, name), ownOf(after, name)];
    const place = `${kind} ${name}`;
    if (is === undefined) return [breaks(`${place} is gone`)];
    return was === undefined ? [fits(`${place} is new`)] : compare(place, was, is);
  });
}

/** Names are those of a server's author, who may call an argument "constructor". */
const ownOf = <Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

interface Schema {
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly items?: unknown;
}

/**
 * JSON Schemas of what a server takes, or of what it gives. A server may take more and give more than before. Keywords that
 * are not looked at, such as `anyOf`, count as a break where they differ.
 */
function compareSchemas(before: unknown, after: unknown, place: string, side: "taken" | "given"): Change[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isSchema(before) || !isSchema(after)) {
    // A result that is described for the first time promises more; one that is no longer described promises nothing.
    const more = before === undefined && side === "given";
    return [more ? fits(`${place} has a schema now`) : breaks(`${place} has another schema`)];
  }
  const [had, has] = [before.properties ?? {}, after.properties ?? {}];
  const needed = (schema: Schema, name: string): boolean => schema.required?.includes(name) ?? false;
  const changes = Object.keys({ ...had, ...has }).flatMap((name): Change[] => {
    const inner = `${place} ${name}`;
    if (!Object.hasOwn(has, name)) return [breaks(`${inner} is gone`)];
    if (!Object.hasOwn(had, name)) {
      return [
        side === "taken" && needed(after, name) ? breaks(`${inner} is new and required`) : fits(`${inner} is new`),
      ];
    }
    const [was, is] = [needed(before, name), needed(after, name)];
    const promise: Change[] =
      was === is
        ? []
        : [
            (side === "taken") === is
              ? breaks(`${inner} is ${is ? "required" : "optional"} now`)
              : fits(`${inner} is ${is ? "required" : "optional"} now`),
          ];
    return [...promise, ...compareSchemas(had[name], has[name], inner, side)];
  });
  if (!isDeepStrictEqual(before.type, after.type)) {
    changes.push(breaks(`${place} is ${JSON.stringify(after.type)}, and was ${JSON.stringify(before.type)}`));
  }
  changes.push(...compareEnums(before, after, place, side));
  if ("items" in before || "items" in after)
    changes.push(...compareSchemas(before.items, after.items, `${place} item`, side));
  if (!isDeepStrictEqual(rest(before), rest(after))) changes.push(breaks(`${place} has other rules`));
  return changes;
}

function compareEnums(before: Schema, after: Schema, place: string, side: "taken" | "given"): Change[] {
  if (!before.enum && !after.enum) return [];
  if (!before.enum || !after.enum) {
    const fewer = Boolean(after.enum) === (side === "taken");
    const what = `${place} has ${after.enum ? "a" : "no"} list of values now`;
    return [fewer ? breaks(what) : fits(what)];
  }
  const gone = before.enum.filter((value) => !after.enum?.includes(value));
  const fresh = after.enum.filter((value) => !before.enum?.includes(value));
  const [worse, better] = side === "taken" ? [gone, fresh] : [fresh, gone];
  return [
    ...worse.map((value) =>
      breaks(`${place} ${side === "taken" ? "no longer takes" : "may be"} ${JSON.stringify(value)}`),
    ),
    ...better.map((value) => fits(`${place} ${side === "taken" ? "takes" : "is no longer"} ${JSON.stringify(value)}`)),
  ];
}

/** Keywords that are compared one by one. */
const SEEN = new Set(["type", "enum", "properties", "required", "items"]);

const rest = (schema: Schema): object =>
  Object.fromEntries(Object.entries(schema).filter(([keyword]) => !SEEN.has(keyword)));

/** Keywords that say nothing about values. */
const NOTES = new Set(["title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"]);
/** Keywords of lists whose order does not matter. */
const UNORDERED = new Set(["type", "enum", "required"]);
/** Keywords whose members have names of the author's own. */
const NAMED = new Set([
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
  "dependentRequired",
  "dependencies",
]);

/** A schema without what says nothing about values, however deep it lies. */
function rulesOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(rulesOf);
  if (!isSchema(schema)) return schema;
  const rules = Object.entries(schema).filter(
    ([keyword]) => !NOTES.has(keyword) && !/^\$(schema|comment)$/.test(keyword),
  );
  return Object.fromEntries(rules.map(([keyword, value]) => [keyword, ruleOf(keyword, value)]));
}

function ruleOf(keyword: string, value: unknown): unknown {
  if (keyword === "const") return value;
  if (UNORDERED.has(keyword)) return Array.isArray(value) ? value.toSorted(byText) : value;
  if (!NAMED.has(keyword) || !isSchema(value)) return rulesOf(value);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, rulesOf(inner)]));
}

const byText = (a: unknown, b: unknown): number => ((JSON.stringify(a) ?? "") < (JSON.stringify(b) ?? "") ? -1 : 1);

const isSchema = (value: unknown): value is Schema => typeof value === "object" && value !== null;

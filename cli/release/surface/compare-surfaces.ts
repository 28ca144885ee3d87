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
    ...named("tool", Object.keys(before.tools), Object.keys(after.tools)),
    ...named("prompt", before.prompts, after.prompts),
    ...after.scopes
      .filter((scope) => !before.scopes.includes(scope))
      .map((scope) => breaks(`scope ${scope} is asked for, which tokens so far need not have`)),
    ...before.scopes.filter((scope) => !after.scopes.includes(scope)).map((scope) => fits(`scope ${scope} is gone`)),
    ...Object.entries(before.tools).flatMap(([name, tool]) => {
      const now = after.tools[name];
      if (!now) return [];
      return [
        ...compareSchemas(tool.input, now.input, `tool ${name}: argument`, "taken"),
        ...compareSchemas(tool.output, now.output, `tool ${name}: result`, "given"),
      ];
    }),
  ];
  return changes.toSorted((a, b) => Number(b.breaking) - Number(a.breaking));
}

const breaks = (what: string): Change => ({ what, breaking: true });
const fits = (what: string): Change => ({ what, breaking: false });

function named(kind: string, before: readonly string[], after: readonly string[]): Change[] {
  return [
    ...before.filter((name) => !after.includes(name)).map((name) => breaks(`${kind} ${name} is gone`)),
    ...after.filter((name) => !before.includes(name)).map((name) => fits(`${kind} ${name} is new`)),
  ];
}

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
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isSchema(before) || !isSchema(after)) {
    // A result that is described for the first time promises more; one that is no longer described promises nothing.
    const more = before === undefined && side === "given";
    return [more ? fits(`${place} has a schema now`) : breaks(`${place} has another schema`)];
  }
  const [had, has] = [before.properties ?? {}, after.properties ?? {}];
  const needed = (schema: Schema, name: string): boolean => schema.required?.includes(name) ?? false;
  const changes = Object.keys({ ...had, ...has }).flatMap((name): Change[] => {
    const inner = `${place} ${name}`;
    if (!(name in has)) return [breaks(`${inner} is gone`)];
    if (!(name in had)) {
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
  if (JSON.stringify(before.type) !== JSON.stringify(after.type)) {
    changes.push(breaks(`${place} is ${JSON.stringify(after.type)}, and was ${JSON.stringify(before.type)}`));
  }
  changes.push(...compareEnums(before, after, place, side));
  if ("items" in before || "items" in after)
    changes.push(...compareSchemas(before.items, after.items, `${place} item`, side));
  if (JSON.stringify(rest(before)) !== JSON.stringify(rest(after))) changes.push(breaks(`${place} has other rules`));
  return changes;
}

function compareEnums(before: Schema, after: Schema, place: string, side: "taken" | "given"): Change[] {
  if (!before.enum && !after.enum) return [];
  if (!before.enum || !after.enum) {
    const fewer = Boolean(after.enum) === (side === "taken");
    return [fewer ? breaks(`${place} has a list of values now`) : fits(`${place} has other values`)];
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

/** Keywords that say nothing about values, and those that are compared one by one. */
const SEEN = [
  "type",
  "enum",
  "properties",
  "required",
  "items",
  "title",
  "description",
  "default",
  "examples",
  "$schema",
];

const rest = (schema: Schema): object =>
  Object.fromEntries(
    Object.entries(schema)
      .filter(([name]) => !SEEN.includes(name))
      .toSorted(([a], [b]) => a.localeCompare(b)),
  );

const isSchema = (value: unknown): value is Schema => typeof value === "object" && value !== null;

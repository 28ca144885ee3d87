/** A schema of zod. */
interface Schema {
  readonly _zod: {
    readonly def: { readonly type: string; readonly defaultValue?: unknown };
    readonly toJSONSchema?: unknown;
  };
}

/** One conversion of a schema by zod. */
export interface Conversion {
  readonly json: object;
  /** Every schema that the result was made of, those that it is derived from included. */
  readonly seen: ReadonlyMap<Schema, unknown>;
  /** `_map` holds what was registered for a schema; `get` makes new objects from that. */
  readonly metadataRegistry: { readonly _map?: WeakMap<Schema, Readonly<Record<string, unknown>>> };
}

interface ConversionParams {
  readonly target?: string;
  readonly libraryOptions?: unknown;
}

interface Cached {
  readonly target: string | undefined;
  readonly schemas: readonly Schema[];
  readonly registry: Conversion["metadataRegistry"];
  /** The facts at the time of the conversion. */
  readonly facts: readonly unknown[];
  readonly copy: () => object;
}

/**
 * Types of schemas whose JSON Schema depends on their definition, which never changes, and on `everyFact`. Not `lazy`,
 * `catch` and `custom`, which call functions of the user's.
 */
const CACHEABLE: ReadonlySet<string> = new Set([
  ...["string", "number", "boolean", "null", "any", "unknown", "never", "literal", "enum", "template_literal"],
  ...["object", "array", "tuple", "record", "union", "intersection"],
  ...["optional", "nullable", "nonoptional", "readonly", "pipe", "default", "prefault"],
]);

/**
 * Remembers zod's conversion of a schema to JSON Schema, about half of the time of a `tools/list` with 50 tools: every
 * request has a new server, which would convert the same schemas again. Each caller gets a copy. The build wraps zod's own
 * method in it (cli/build/plugins/json-schema-cache-plugin.ts): where the user put another conversion in its place, that one is
 * called.
 */
export function cacheConversion(
  convert: (params?: ConversionParams) => Conversion,
): (params?: ConversionParams) => object {
  let cached: Cached | undefined;
  return (params) => {
    if (params?.libraryOptions !== undefined) return convert(params).json;
    if (cached && cached.target === params?.target && isCurrent(cached)) return cached.copy();
    const conversion = convert(params);
    cached = toCached(conversion, params?.target);
    return conversion.json;
  };
}

function toCached({ json, seen, metadataRegistry: registry }: Conversion, target?: string): Cached | undefined {
  const schemas = [...seen.keys()];
  const isKnown = schemas.every(({ _zod: { def, toJSONSchema } }) => !toJSONSchema && CACHEABLE.has(def.type));
  if (!isKnown || !(registry._map instanceof WeakMap)) return undefined;
  const facts: unknown[] = [];
  try {
    everyFact({ schemas, registry }, (fact) => facts.push(fact) > 0);
  } catch {
    return undefined;
  }
  return { target, schemas, registry, facts, copy: resultCopier(json) };
}

/** Whether a conversion would have the same result. Throws what a default's function throws, as the conversion does. */
function isCurrent(cached: Cached): boolean {
  const { facts } = cached;
  let count = 0;
  return everyFact(cached, (fact) => Object.is(fact, facts[count++])) && count === facts.length;
}

/**
 * Tests everything that can differ at the next conversion: metadata, which `z.globalRegistry` can be given at any time, and
 * defaults, which can be a function's result and so belong to one request.
 */
function everyFact(
  { schemas, registry }: Pick<Cached, "schemas" | "registry">,
  test: (fact: unknown) => boolean,
): boolean {
  for (const schema of schemas) {
    const metadata = registry._map?.get(schema);
    if (!test(metadata)) return false;
    for (const name in metadata) if (!test(name) || !testValue(metadata[name], test)) return false;
    const { def } = schema._zod;
    if ((def.type === "default" || def.type === "prefault") && !testValue(def.defaultValue, test)) return false;
  }
  return true;
}

/** Objects can be equal without being identical. */
const testValue = (value: unknown, test: (fact: unknown) => boolean): boolean =>
  test(typeof value) && test(typeof value === "object" && value !== null ? JSON.stringify(value) : value);

/** zod's hidden property of its results, which is not part of the JSON. */
const STANDARD = "~standard";

function resultCopier(json: object): () => object {
  const copy = copierOf(json);
  const standard = Object.getOwnPropertyDescriptor(json, STANDARD);
  return standard ? () => Object.defineProperty(copy(), STANDARD, standard) : copy;
}

/**
 * Makes copies of a JSON value as it is now: one of a small tool's schema took 0.14 µs, with `JSON.parse` 0.7 and with
 * `structuredClone` 2.2.
 */
function copierOf(value: object): () => object {
  // The caller of the first conversion may change its result.
  const own = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
  const nested = Object.entries(own).flatMap(([name, member]) =>
    typeof member === "object" && member !== null ? [{ name, copy: copierOf(member) }] : [],
  );
  return () => {
    const copy = (Array.isArray(own) ? own.slice() : { ...own }) as Record<string, unknown>;
    for (const member of nested) copy[member.name] = member.copy();
    return copy;
  };
}

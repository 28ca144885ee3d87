import fc from "fast-check";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const ODD: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    ...[null, true, false, 0, -0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER + 2, "", " ", "\u0000", "\ud800", "é€😀"],
    ...["__proto__", "constructor", "2.0", "2026-07-28", "2025-11-25", "1.0", "tools/call", "initialize"],
    ...[[], {}, [[]], [null], { a: {} }, { jsonrpc: "2.0" }],
  ),
  fc.constantFrom<Json>("x".repeat(129), "x".repeat(300), "y".repeat(5_000)),
  fc.constantFrom<Json>(
    Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`k${at}`, at])),
    Array.from({ length: 60 }, () => ({})),
  ),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
);

const ADDED = [
  "id",
  "jsonrpc",
  "method",
  "params",
  "result",
  "error",
  "_meta",
  "requestState",
  "inputResponses",
  "toJSON",
  "__proto__",
  "task",
];

type Change = (value: Json) => Json;

/** The same JSON with one to three things changed: replaced, left out, added, renamed or wrapped, wherever they are. */
export const mutated = (value: Json): fc.Arbitrary<Json> =>
  fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => changes.reduce((now, one) => one(now), value));

const change: fc.Arbitrary<Change> = fc
  .record({
    /** Chooses a member on each level, and how far down to go. */
    steps: fc.oneof(
      { weight: 1, arbitrary: fc.constant([]) },
      { weight: 8, arbitrary: fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 5 }) },
    ),
    kind: fc.constantFrom("replace", "replace", "replace", "leave out", "add", "rename", "wrap"),
    odd: ODD,
    name: fc.oneof(fc.constantFrom(...ADDED), fc.string({ maxLength: 8 })),
  })
  .map(
    ({ steps, kind, odd, name }): Change =>
      (value) =>
        descend(value, steps, (found, remove) => {
          if (kind === "leave out") return remove();
          if (kind === "wrap") return [found];
          if (kind === "add" && isObject(found)) return defined(found, name, odd);
          if (kind === "rename" && isObject(found)) return Object.fromEntries(renamed(Object.entries(found), name));
          return odd;
        }) ?? odd,
  );

type Edit = (found: Json, remove: () => undefined) => Json | undefined;

function descend(value: Json, [step, ...rest]: readonly number[], edit: Edit): Json | undefined {
  if (step === undefined || !isObject(value)) return edit(value, () => undefined);
  const entries = Object.entries(value);
  const [name, member] = entries[step % Math.max(1, entries.length)] ?? [];
  if (name === undefined || member === undefined) return edit(value, () => undefined);
  const changed = descend(member, rest, edit);
  const others = entries.filter(([other]) => other !== name);
  return changed === undefined ? Object.fromEntries(others) : defined(Object.fromEntries(others), name, changed);
}

/** Also for `__proto__`, which JSON can name. */
const defined = (object: { readonly [name: string]: Json }, name: string, value: Json): Json =>
  Object.fromEntries([...Object.entries(object).filter(([other]) => other !== name), [name, value]]);

const renamed = (entries: Array<[string, Json]>, name: string): Array<[string, Json]> =>
  entries.map(([old, value], at) => [at === 0 ? name : old, value]);

const isObject = (value: Json): value is { readonly [name: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

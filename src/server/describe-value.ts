/** Describes a value for an error message, without its contents. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  if (value instanceof Promise) return "a promise, which has to be awaited";
  if (Array.isArray(value)) return "a list";
  // A Response, a Map: what Node.js itself makes has a name that no bundler shortens.
  const [, kind = "Object"] = /^\[object (\w+)\]$/.exec(Object.prototype.toString.call(value)) ?? [];
  if (kind !== "Object") return `a ${kind}`;
  const keys = Object.keys(value);
  return keys.length > 0 ? `an object with ${keys.slice(0, 5).join(", ")}` : "an empty object";
}

/** Stands for a value that was not declared safe. */
const REDACTED = "[redacted]";

/** Names that a record takes: a caller could send any number of any length. */
const MAX_NAMES = 32;
const NAME = /^[A-Za-z_][\w-]{0,63}$/;

/** Characters of JSON that a record takes of one value. */
const MAX_VALUE_LENGTH = 1000;

/** Arguments as a record may hold them: values of `fields` alone. Undefined when there are none. */
export function auditedArguments(
  args: unknown,
  fields: readonly string[] = [],
): Readonly<Record<string, unknown>> | undefined {
  if (typeof args !== "object" || args === null || Array.isArray(args)) return undefined;
  const declared = fields.filter((name) => Object.hasOwn(args, name));
  const others = Object.keys(args).filter((name) => !fields.includes(name));
  if (declared.length + others.length === 0) return undefined;
  const named = others.filter((name) => NAME.test(name)).slice(0, MAX_NAMES);
  const unnamed = others.length - named.length;
  return Object.fromEntries([
    ...declared.map((name) => [name, bounded((args as Record<string, unknown>)[name])]),
    ...named.map((name) => [name, REDACTED]),
    ...(unnamed > 0 ? [["…", `[${unnamed} redacted]`]] : []),
  ]);
}

function bounded(value: unknown): unknown {
  const { length } = JSON.stringify(value) ?? "";
  return length <= MAX_VALUE_LENGTH ? value : `[${length} characters]`;
}

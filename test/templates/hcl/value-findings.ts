import type { AttributeSchema, HclType } from "../schemas/slice.ts";

/** Whether the parser left a text to be evaluated: a template or an expression. */
const isExpression = (value: unknown): boolean => typeof value === "string" && /[$%]\{/.test(value);

/** Checks a literal value. Expressions are left to Terraform, because they have to be evaluated first. */
export function valueFindings({ type, values }: AttributeSchema, value: unknown, place: string): string[] {
  if (looksLikeBlocks(value) && !takesObjects(type)) return [`${place} is an argument, but is written as a block.`];
  const mismatch = typeFindings(type, value, place);
  if (mismatch.length > 0 || !values) return mismatch;
  const literals = literalsIn(value).filter((one) => !values.includes(one));
  return literals.map((one) => `${place} is ${JSON.stringify(one)}, which is none of ${values.join(", ")}.`);
}

/** The texts that a value is or can be: also those between which a plain condition chooses. */
function literalsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(literalsIn);
  if (typeof value !== "string") return [];
  if (!isExpression(value)) return [value];
  const [, whenTrue, whenFalse] = /^\$\{[^?"]*(?:"[^"]*"[^?"]*)*\? "([^"$]*)" : "([^"$]*)"\}$/.exec(value) ?? [];
  return [whenTrue, whenFalse].filter((one) => one !== undefined);
}

function typeFindings(type: HclType, value: unknown, place: string): string[] {
  if (value === null || type === "dynamic" || isExpression(value)) return [];
  const wrong = (wanted: string): string[] => [`${place} must be ${wanted}, but is ${JSON.stringify(value)}.`];
  if (type === "string") return typeof value === "object" ? wrong("a string") : [];
  if (type === "number") return isNumber(value) ? [] : wrong("a number");
  if (type === "bool") return /^(true|false)$/.test(String(value)) ? [] : wrong("true or false");
  if (type[0] === "list" || type[0] === "set") {
    const [, element] = type;
    if (!Array.isArray(value)) return wrong("a list");
    return value.flatMap((one, index) => typeFindings(element, one, `${place}[${index}]`));
  }
  if (Array.isArray(value)) return wrong(type[0] === "map" ? "a map" : "an object");
  if (typeof value !== "object") return wrong(type[0] === "map" ? "a map" : "an object");
  const ofField = type[0] === "object" ? type[1] : undefined;
  const ofElement = type[0] === "map" ? type[1] : "dynamic";
  return Object.entries(value).flatMap(([name, one]) =>
    typeFindings(ofField?.[name] ?? ofElement, one, `${place}.${name}`),
  );
}

/** A block and a list of objects are the same to the parser. */
const looksLikeBlocks = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "object" && one !== null);

const takesObjects = (type: HclType): boolean =>
  type === "dynamic" ||
  (Array.isArray(type) && (type[0] === "list" || type[0] === "set") && typeof type[1] !== "string");

const isNumber = (value: unknown): boolean =>
  typeof value === "number" || (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value));

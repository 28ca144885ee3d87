import { createTextReader, type TextReader } from "./text-reader.ts";

/** Whether an entry matches a filter. */
type Holds = (entry: object) => boolean;

/** Reads a filter of the Logging query language, of the parts that templates/gcp uses. Throws for others. */
export function readFilter(filter: string): Holds {
  const reader = createTextReader(filter);
  const holds = readOr(reader);
  reader.end();
  return holds;
}

function readOr(reader: TextReader): Holds {
  let left = readAnd(reader);
  while (reader.taken("OR")) {
    const [one, other] = [left, readAnd(reader)];
    left = (entry) => one(entry) || other(entry);
  }
  return left;
}

function readAnd(reader: TextReader): Holds {
  let left = readTerm(reader);
  while (reader.taken("AND")) {
    const [one, other] = [left, readTerm(reader)];
    left = (entry) => one(entry) && other(entry);
  }
  return left;
}

function readTerm(reader: TextReader): Holds {
  if (reader.taken("NOT")) {
    const inner = readTerm(reader);
    return (entry) => !inner(entry);
  }
  if (reader.taken("(")) {
    const inner = readOr(reader);
    reader.expect(")");
    return inner;
  }
  const path = reader.take().split(".");
  if (path[0] === "log_id") {
    reader.expect("(");
    const log: string = JSON.parse(reader.take());
    reader.expect(")");
    return (entry) => (entry as { log?: unknown }).log === log;
  }
  const operator = reader.take();
  const literal: unknown = JSON.parse(reader.take());
  if (operator !== "=" && operator !== ">=") throw new Error(`The emulation knows no ${operator}.`);
  return (entry) => {
    const value = path.reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], entry);
    if (value === undefined) return false;
    return operator === "=" ? String(value) === String(literal) : Number(value) >= Number(literal);
  };
}

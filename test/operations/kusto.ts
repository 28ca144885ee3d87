import { quantile } from "../../bench/quantile.ts";
import { createTextReader, numberOf, type TextReader } from "./text-reader.ts";

/** A row of a table. A column that is missing is null. */
export type Row = Readonly<Record<string, unknown>>;
type Evaluate = (row: Row) => unknown;
type Aggregate = (rows: readonly Row[]) => unknown;

/** Runs a query in the part of Kusto's language that the alarms of templates/azure and the watch of a release are written in. Throws for everything else. */
export function runQuery(query: string, tables: Readonly<Record<string, readonly Row[]>>): readonly Row[] {
  const reader = createTextReader(query);
  let rows = tables[reader.take()];
  if (!rows) throw new Error("A query begins with the name of a table.");
  while (reader.taken("|")) {
    const operator = reader.take();
    const step = STEPS[operator];
    if (!step) throw new Error(`The emulation knows no operator ${operator}.`);
    rows = step(reader, rows);
  }
  reader.end();
  return rows;
}

const STEPS: Readonly<Record<string, (reader: TextReader, rows: readonly Row[]) => readonly Row[]>> = {
  where(reader, rows) {
    const holds = readOr(reader);
    return rows.filter((row) => holds(row) === true);
  },
  extend(reader, rows) {
    const columns = readList(reader, () => readNamed(reader, readOr));
    // A column may not use one that is made beside it.
    return rows.map((row) => ({ ...row, ...Object.fromEntries(columns.map(([name, of]) => [name, of(row)])) }));
  },
  summarize(reader, rows) {
    const columns = readList(reader, () => readNamed(reader, readAggregate));
    const keys = reader.taken("by") ? readList(reader, () => readKey(reader)) : [];
    const groups = new Map<string, { readonly key: Row; readonly rows: Row[] }>();
    for (const row of rows) {
      const key = Object.fromEntries(keys.map(([name, of]) => [name, of(row)]));
      const id = JSON.stringify(key);
      const group = groups.get(id) ?? { key, rows: [] };
      groups.set(id, group);
      group.rows.push(row);
    }
    // Without keys there is one row, also of nothing.
    if (keys.length === 0 && rows.length === 0) groups.set("", { key: {}, rows: [] });
    return [...groups.values()].map((group) => ({
      ...group.key,
      ...Object.fromEntries(columns.map(([name, of]) => [name, of(group.rows)])),
    }));
  },
};

function readList<One>(reader: TextReader, readOne: () => One): One[] {
  const list = [readOne()];
  while (reader.taken(",")) list.push(readOne());
  return list;
}

function readNamed<Of>(reader: TextReader, read: (reader: TextReader) => Of): readonly [string, Of] {
  const name = reader.take();
  reader.expect("=");
  return [name, read(reader)];
}

/** `column`, or `bin(column, time)`, which keeps the name of its column. */
function readKey(reader: TextReader): readonly [string, Evaluate] {
  const name = reader.take();
  if (name !== "bin") return [name, (row) => row[name] ?? null];
  reader.expect("(");
  const column = reader.take();
  reader.expect(",");
  const size = numberOf(reader.take());
  reader.expect(")");
  return [column, (row) => Math.floor(Number(row[column]) / size) * size];
}

function readAggregate(reader: TextReader): Aggregate {
  const name = reader.take();
  reader.expect("(");
  const [first, second] = readList(reader, () => readOr(reader));
  reader.expect(")");
  const numbers = (rows: readonly Row[], of: Evaluate | undefined): number[] =>
    rows.flatMap((row) => {
      const value = of?.(row) ?? null;
      return value === null ? [] : [Number(value)];
    });
  switch (name) {
    case "sum":
      return (rows) => total(numbers(rows, first));
    case "sumif":
      return (rows) =>
        total(
          numbers(
            rows.filter((row) => second?.(row) === true),
            first,
          ),
        );
    case "max":
      return (rows) => Math.max(...numbers(rows, first));
    case "percentile":
      return (rows) => quantile(numbers(rows, first), Number(second?.({})) / 100);
    default:
      throw new Error(`The emulation knows no aggregate ${name}.`);
  }
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function readOr(reader: TextReader): Evaluate {
  let left = readAnd(reader);
  while (reader.taken("or")) {
    const [one, other] = [left, readAnd(reader)];
    left = (row) => one(row) === true || other(row) === true;
  }
  return left;
}

function readAnd(reader: TextReader): Evaluate {
  let left = readComparison(reader);
  while (reader.taken("and")) {
    const [one, other] = [left, readComparison(reader)];
    left = (row) => one(row) === true && other(row) === true;
  }
  return left;
}

/** Null compares with nothing, so that such a comparison does not hold. */
const COMPARISONS: Readonly<Record<string, (left: unknown, right: unknown) => boolean>> = {
  "==": (left, right) => left === right,
  "!=": (left, right) => left !== right,
  ">=": (left, right) => Number(left) >= Number(right),
  "=~": (left, right) => String(left).toLowerCase() === String(right).toLowerCase(),
  startswith: (left, right) => String(left).toLowerCase().startsWith(String(right).toLowerCase()),
  has: (left, right) => String(left).toLowerCase().includes(String(right).toLowerCase()),
};

function readComparison(reader: TextReader): Evaluate {
  const left = readProduct(reader);
  const among = reader.taken("in", "!in");
  if (among) {
    reader.expect("(");
    const options = readList(reader, () => readProduct(reader));
    reader.expect(")");
    return (row) => options.some((option) => option(row) === left(row)) === (among === "in");
  }
  if (reader.taken("between")) {
    reader.expect("(");
    const first = readProduct(reader);
    reader.expect("..");
    const last = readProduct(reader);
    reader.expect(")");
    return (row) => Number(left(row)) >= Number(first(row)) && Number(left(row)) <= Number(last(row));
  }
  const compare = COMPARISONS[reader.next];
  if (!compare) return left;
  reader.take();
  const right = readProduct(reader);
  return (row) => {
    const [one, other] = [left(row) ?? null, right(row) ?? null];
    return one !== null && other !== null && compare(one, other);
  };
}

function readProduct(reader: TextReader): Evaluate {
  let left = readValue(reader);
  for (let operator = reader.taken("*", "/"); operator; operator = reader.taken("*", "/")) {
    const [one, other] = [left, readValue(reader)];
    left =
      operator === "*"
        ? (row) => Number(one(row)) * Number(other(row))
        : (row) => Number(one(row)) / Number(other(row));
  }
  return left;
}

const FUNCTIONS: Readonly<Record<string, (value: unknown) => unknown>> = {
  parse_json: (value) => JSON.parse(String(value)),
  tostring: (value) => (value === null ? "" : String(value)),
  toint: (value) => (value === null ? null : Math.trunc(Number(value))),
  todouble: (value) => (value === null ? null : Number(value)),
  isnotempty: (value) => value !== null && value !== "",
};

function readValue(reader: TextReader): Evaluate {
  const token = reader.take();
  if (token.startsWith('"')) {
    const text: unknown = JSON.parse(token);
    return () => text;
  }
  const [, date] = /^datetime\((.*)\)$/.exec(token) ?? [];
  if (date !== undefined) {
    const time = Date.parse(date);
    if (Number.isNaN(time)) throw new Error(`${date} is no time.`);
    return () => time;
  }
  if (/^\d/.test(token)) {
    const number = numberOf(token);
    return () => number;
  }
  if (reader.taken("(")) {
    const of = readOr(reader);
    reader.expect(")");
    const apply = FUNCTIONS[token];
    if (!apply) throw new Error(`The emulation knows no function ${token}.`);
    return (row) => apply(of(row) ?? null);
  }
  const path = token.split(".");
  return (row) => path.reduce<unknown>((value, name) => (value as Row | null | undefined)?.[name], row) ?? null;
}

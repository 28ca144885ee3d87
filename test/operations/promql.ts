import { createTextReader, numberOf, type TextReader } from "./text-reader.ts";

type Labels = Readonly<Record<string, string>>;

/** Growth of a metric at a time. Those of a metric are in order. */
export interface Increment {
  readonly atMs: number;
  readonly labels: Labels;
  readonly value: number;
}

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

type Result = readonly Sample[] | number;
type Evaluate = (metrics: ReadonlyMap<string, readonly Increment[]>, nowMs: number) => Result;

/** Reads a query in the part of PromQL that the alarms of templates/gcp are written in. Throws for everything else. */
export function readQuery(
  query: string,
): (metrics: ReadonlyMap<string, readonly Increment[]>, nowMs: number) => readonly Sample[] {
  const reader = createTextReader(query);
  const evaluate = readAnd(reader);
  reader.end();
  return (metrics, nowMs) => vector(evaluate(metrics, nowMs));
}

/** Samples of the left for whose labels there is one on the right. */
function readAnd(reader: TextReader): Evaluate {
  let left = readComparison(reader);
  while (reader.taken("and")) {
    const [one, other] = [left, readComparison(reader)];
    left = (metrics, now) => {
      const found = new Set(vector(other(metrics, now)).map(({ labels }) => keyOf(labels)));
      return vector(one(metrics, now)).filter(({ labels }) => found.has(keyOf(labels)));
    };
  }
  return left;
}

/** A comparison with a number leaves the samples for which it holds. */
function readComparison(reader: TextReader): Evaluate {
  const left = readQuotient(reader);
  const operator = reader.taken(">", ">=");
  if (!operator) return left;
  const right = readQuotient(reader);
  return (metrics, now) => {
    const bound = right(metrics, now);
    if (typeof bound !== "number") throw new Error("The emulation compares with numbers alone.");
    return vector(left(metrics, now)).filter(({ value }) => (operator === ">" ? value > bound : value >= bound));
  };
}

function readQuotient(reader: TextReader): Evaluate {
  let left = readValue(reader);
  while (reader.taken("/")) {
    const [one, other] = [left, readValue(reader)];
    left = (metrics, now) => {
      const divisors = new Map(vector(other(metrics, now)).map(({ labels, value }) => [keyOf(labels), value]));
      return vector(one(metrics, now)).flatMap(({ labels, value }) => {
        const divisor = divisors.get(keyOf(labels));
        return divisor === undefined ? [] : [{ labels, value: value / divisor }];
      });
    };
  }
  return left;
}

function readValue(reader: TextReader): Evaluate {
  if (reader.taken("(")) {
    const inner = readAnd(reader);
    reader.expect(")");
    return inner;
  }
  const token = reader.take();
  if (/^\d/.test(token)) {
    const number = numberOf(token);
    return () => number;
  }
  if (token === "sum") return readSum(reader);
  if (token === "histogram_quantile") return readHistogram(reader);
  if (token === "increase") return readIncrease(reader);
  throw new Error(`The emulation knows no ${token}.`);
}

function readSum(reader: TextReader): Evaluate {
  const by: string[] = [];
  if (reader.taken("by")) {
    reader.expect("(");
    do by.push(reader.take());
    while (reader.taken(","));
    reader.expect(")");
  }
  reader.expect("(");
  const inner = readAnd(reader);
  reader.expect(")");
  return (metrics, now) => {
    const sums = new Map<string, Sample>();
    for (const sample of vector(inner(metrics, now))) {
      const labels = Object.fromEntries(
        by.flatMap((name) => (name in sample.labels ? [[name, sample.labels[name] ?? ""]] : [])),
      );
      const before = sums.get(keyOf(labels))?.value ?? 0;
      sums.set(keyOf(labels), { labels, value: before + sample.value });
    }
    return [...sums.values()];
  };
}

/** Linear within the bucket, as Prometheus's; above the last bound it is that bound. Buckets have to be summed by `le` alone. */
function readHistogram(reader: TextReader): Evaluate {
  reader.expect("(");
  const share = numberOf(reader.take());
  reader.expect(",");
  const inner = readAnd(reader);
  reader.expect(")");
  return (metrics, now) => {
    const buckets = vector(inner(metrics, now))
      .map(({ labels, value }) => ({
        bound: labels.le === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels.le),
        value,
      }))
      .sort((one, other) => one.bound - other.bound);
    const all = buckets.at(-1)?.value ?? 0;
    if (all === 0) return [];
    const at = buckets.findIndex(({ value }) => value >= share * all);
    const { bound = 0, value = 0 } = buckets[at] ?? {};
    const { bound: below = 0, value: before = 0 } = buckets[at - 1] ?? {};
    if (bound === Number.POSITIVE_INFINITY) return [{ labels: {}, value: below }];
    return [{ labels: {}, value: below + ((bound - below) * (share * all - before)) / (value - before) }];
  };
}

/** `increase(metric{label="value"}[5m])`: of each series that has grown within the time. */
function readIncrease(reader: TextReader): Evaluate {
  reader.expect("(");
  const name = reader.take();
  const matchers: Array<(labels: Labels) => boolean> = [];
  reader.expect("{");
  do {
    const label = reader.take();
    const operator = reader.take();
    const text: string = JSON.parse(reader.take());
    // Regular expressions are anchored, and a label that is not there is an empty text.
    const pattern = new RegExp(`^(?:${operator.includes("~") ? text : text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")})$`);
    const wanted = operator === "=" || operator === "=~";
    if (!wanted && !operator.startsWith("!")) throw new Error(`The emulation knows no ${operator}.`);
    matchers.push((labels) => pattern.test(labels[label] ?? "") === wanted);
  } while (reader.taken(","));
  reader.expect("}");
  reader.expect("[");
  const rangeMs = numberOf(reader.take());
  reader.expect("]");
  reader.expect(")");
  let read: readonly Increment[] | undefined;
  let matching: Array<Increment & { readonly key: string }> = [];
  return (metrics, now) => {
    const all = metrics.get(name);
    if (!all) throw new Error(`There is no metric ${name}.`);
    if (all !== read) {
      read = all;
      matching = all
        .filter(({ labels }) => matchers.every((holds) => holds(labels)))
        .map((one) => ({ ...one, key: keyOf(one.labels) }));
    }
    const series = new Map<string, Sample>();
    const end = firstAt(matching, now);
    for (let at = firstAt(matching, now - rangeMs); at < end; at++) {
      const { key, labels, value } = matching[at] as (typeof matching)[0];
      series.set(key, { labels, value: (series.get(key)?.value ?? 0) + value });
    }
    return [...series.values()];
  };
}

/** The index of the first increment that is not before a time, of increments in order. */
function firstAt(increments: readonly Increment[], atMs: number): number {
  let [from, to] = [0, increments.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((increments[middle]?.atMs ?? 0) < atMs) from = middle + 1;
    else to = middle;
  }
  return from;
}

function vector(result: Result): readonly Sample[] {
  if (typeof result === "number") throw new Error("A number is no vector.");
  return result;
}

const keyOf = (labels: Labels): string => JSON.stringify(Object.entries(labels).sort());

import { execFile } from "node:child_process";
import { stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { functionsOf, instrument } from "../../bench/walk/instrument.ts";
import { LIMITS } from "../../bench/walk/layout.ts";
import type { MeasuredWalk } from "../../bench/walk/measure.ts";
import { toExcess } from "../../bench/walk/report.ts";
import { walkOf } from "../../bench/walk/walk-of.ts";

const EVERY_KIND = `
declare function declared(): void;
export function overloaded(value: string): string;
export function overloaded(value: string): string { return value; }
const arrow = (value: number) => ({ value });
const curried = <T>(one: T) => (other: T): T[] => [one, other];
const block = async (): Promise<void> => { "a directive"; };
class Box<T> {
  readonly field = (): number => 1;
  constructor(readonlyValue: T) { void readonlyValue; }
  get size(): number { return 1; }
  static async load(): Promise<void> {}
  async *[Symbol.asyncIterator](): AsyncGenerator<number> { yield 1; }
}
class Lid extends Box<string> { constructor() { super("é"); } }
const object = { method() {}, get got() { return 1; }, ["computed"]: function () {} };
overloaded("é"); arrow(1); curried(1)(2); await block();
const lid = new Lid(); lid.size; lid.field(); await Box.load(); for await (const _ of lid);
object.method(); object.got; object.computed();
`;

test("records the entry of every kind of function, in order", async () => {
  const entered: number[] = [];
  Object.assign(globalThis, { recordForTest: (id: number) => entered.push(id) });
  const source = instrument("kinds.ts", EVERY_KIND, "globalThis.recordForTest", 100);
  const module = stripTypeScriptTypes(source);
  await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(module)}`);
  const functions = functionsOf("kinds.ts", EVERY_KIND);
  const heads = entered.map((id) => {
    const { start = 0, bodyStart = 0 } = functions[id - 100] ?? {};
    return EVERY_KIND.slice(start, bodyStart).trim();
  });
  expect(heads).toEqual([
    "function overloaded(value: string): string",
    "(value: number) =>",
    "<T>(one: T) =>",
    "(other: T): T[] =>",
    "async (): Promise<void> =>",
    "constructor()",
    "constructor(readonlyValue: T)",
    "get size(): number",
    "(): number =>",
    "static async load(): Promise<void>",
    "async *[Symbol.asyncIterator](): AsyncGenerator<number>",
    "method()",
    "get got()",
    "function ()",
  ]);
  expect(functions).toHaveLength(entered.length);
});

test("an instrumented function keeps its lines", () => {
  const source = instrument("kinds.ts", EVERY_KIND, "record", 0);
  expect(functionsOf("kinds.ts", source).map(({ line }) => line)).toEqual(
    functionsOf("kinds.ts", EVERY_KIND).map(({ line }) => line),
  );
});

test("counts switches, and returns to files that were left", () => {
  const entries = ["a", "a", "b", "a", "c", "b", "b"].map((file, line) => ({ file, line }));
  expect(walkOf(entries)).toEqual({
    files: ["a", "b", "c"],
    functions: 7,
    switches: 4,
    returns: 2,
    steps: [
      { file: "a", lines: [0, 1] },
      { file: "b", lines: [2] },
      { file: "a", lines: [3] },
      { file: "c", lines: [4] },
      { file: "b", lines: [5, 6] },
    ],
  });
});

test("says in one sentence which limits are exceeded", () => {
  const title = "2026-07-28 call";
  const walk = { title, ...walkOf([{ file: "a", line: 1 }]), limits: { files: 1, returns: 0 } } as const;
  expect(toExcess([walk])).toBeUndefined();
  expect(toExcess([{ ...walk, returns: 1 }])).toBe(
    "The way of a call is too long: a 2026-07-28 call returns 1 times instead of at most 0.",
  );
});

test("every call stays within its limits; the recorder and V8 agree on which functions ran", async () => {
  const walks = await measure();
  expect(walks.map(({ title }) => title)).toEqual(Object.keys(LIMITS));
  expect(toExcess(walks)).toBeUndefined();
  for (const { files, functions, switches, returns } of walks) {
    expect(files[0]).toMatch(/^adapters\//);
    expect(functions).toBeGreaterThan(files.length);
    expect(switches).toBe(files.length + returns - 1);
  }
});

/**
 * Measures in a process of its own, because modules are instrumented while they load. Its exit code is left to the test:
 * it prints the walks also where a limit is exceeded.
 */
function measure(): Promise<MeasuredWalk[]> {
  const program = fileURLToPath(new URL("../../bench/walk.ts", import.meta.url));
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ["--conditions=@mcp-anycloud/source", program, "--json"],
      { maxBuffer: 16_000_000 },
      (error, stdout) => (stdout ? resolve(JSON.parse(stdout)) : reject(error)),
    );
  });
}

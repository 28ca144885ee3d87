import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isConflict, type StateCondition, type StateItem, type StateKey, type StateRange } from "../../src/adapter.ts";
import { keysInRange, STRANGE_KEYS } from "./list-contract.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

type Command =
  | { readonly verb: "get"; readonly key: StateKey }
  | { readonly verb: "delete"; readonly key: StateKey }
  | { readonly verb: "put"; readonly key: StateKey; readonly value: string; readonly when: When; readonly ttl: number }
  | { readonly verb: "add"; readonly key: StateKey; readonly amount: number; readonly ttl: number }
  | { readonly verb: "list"; readonly partition: string; readonly range: StateRange }
  | { readonly verb: "wait"; readonly seconds: number };
/** "current" and "stale" stand for versions that only the run knows. */
type When = "always" | "absent" | "current" | "stale";

const partition = fc.constantFrom("p", "p/", "q");
const sort = fc.constantFrom(...STRANGE_KEYS.slice(3, 13), ...STRANGE_KEYS.slice(16, 22));
const key = fc.record({ partition, sort });
const ttl = fc.integer({ min: 0, max: 20 });
const value = fc.string({ unit: "binary", maxLength: 20 });
const optional = { noNullPrototype: true, requiredKeys: [] };
const range = fc.record(
  { prefix: fc.constantFrom("", "a", "a/", "\ud7ff"), after: sort, limit: fc.nat(5), reverse: fc.boolean() },
  optional,
);
const when = fc.constantFrom<When>("always", "absent", "current", "current", "stale");
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ verb: fc.constant("put" as const), key, value, when, ttl }) },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant("get" as const), key }) },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant("delete" as const), key }) },
  {
    weight: 2,
    arbitrary: fc.record({
      verb: fc.constant("add" as const),
      key: fc.record({ partition, sort: fc.constantFrom("a/counter", "counter") }),
      amount: fc.integer({ min: -9, max: 9 }),
      ttl,
    }),
  },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant("list" as const), partition, range }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant("wait" as const), seconds: fc.integer({ min: 1, max: 8 }) }) },
);

/** Random commands must do to the store what they do to a Map. A failure prints the seed and the shortest commands. */
export function describeModel({ open, speed }: StoreUnderTest): void {
  test("random commands do what they do to a Map", async () => {
    const commands = fc.array(command, { minLength: 1, maxLength: speed > 1 ? 60 : 25 });
    await fc.assert(
      fc.asyncProperty(commands, (list) => runCommands(open, list)),
      { numRuns: speed > 1 ? 60 : 4, endOnFailure: speed === 1 },
    );
  });
}

async function runCommands(open: StoreUnderTest["open"], commands: readonly Command[]): Promise<void> {
  let now = Date.now();
  const store = open(() => now);
  const seconds = (): number => Math.floor(now / 1000);
  // Partitions of this run alone.
  const run = randomUUID();
  const model = new Map<string, Omit<StateItem, "version"> & { version: number | undefined }>();
  const idOf = (at: StateKey): string => JSON.stringify([at.partition, at.sort]);
  const live = (at: StateKey) => {
    const item = model.get(idOf(at));
    return item && item.expiresAt > seconds() ? item : undefined;
  };
  const place = ({ partition, sort }: StateKey): StateKey => ({ partition: `${run}${partition}`, sort });
  const seen: number[] = [];

  for (const command of commands) {
    if (command.verb === "wait") now += command.seconds * 1000;
    else if (command.verb === "list") {
      const partition = `${run}${command.partition}`;
      const items = [...model.values()].filter((item) => item.partition === partition && live(item));
      const keys = keysInRange(
        items.map((item) => item.sort),
        command.range,
      );
      const expected = keys.map((sort) => readable(live({ partition, sort })));
      expect((await store.list(partition, command.range)).map(readable)).toEqual(expected);
    } else await runOnKey(command, place(command.key));
  }

  async function runOnKey(command: Exclude<Command, { verb: "list" | "wait" }>, at: StateKey): Promise<void> {
    const before = live(at);
    if (command.verb === "get") expect(readable(await store.get(at))).toEqual(readable(before));
    else if (command.verb === "delete") {
      await store.delete(at);
      model.delete(idOf(at));
    } else if (command.verb === "add") {
      const expiresAt = seconds() + command.ttl;
      const sum = Number(before?.value ?? 0) + command.amount;
      expect(await store.add(at, command.amount, expiresAt)).toBe(sum);
      model.set(idOf(at), { ...at, value: String(sum), expiresAt, version: undefined });
    } else {
      const condition = conditionOf(command.when, before?.version, seen);
      const holds =
        condition === undefined || (condition === "absent" ? !before : before?.version === condition.version);
      const item = { ...at, value: command.value, expiresAt: seconds() + command.ttl };
      const written = await store.put(item, condition).catch((error: unknown) => {
        if (isConflict(error)) return undefined;
        throw error;
      });
      expect(written !== undefined).toBe(holds);
      if (!written) return;
      expect(seen).not.toContain(written.version);
      seen.push(written.version);
      model.set(idOf(at), written);
    }
  }
}

function conditionOf(when: When, current: number | undefined, seen: readonly number[]): StateCondition | undefined {
  if (when === "always") return undefined;
  if (when === "absent") return "absent";
  const version = when === "current" ? current : seen.findLast((known) => known !== current);
  return { version: version ?? 1_234_567 };
}

/** Versions of counters are the store's own affair. */
const readable = (item: (Omit<StateItem, "version"> & { version: number | undefined }) | undefined) =>
  item && (item.sort.endsWith("counter") ? { ...item, version: undefined } : item);

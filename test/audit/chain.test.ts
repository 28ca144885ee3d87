import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StateKeyEntry } from "../../src/adapter.ts";
import { verifyAuditLog } from "../../src/audit/verify-log.ts";
import { type AuditRecord, createMcpEndpoint, type McpEndpointOptions } from "../../src/index.ts";
import { createV2Tools } from "../security/tool-servers.ts";
import { callerOf, modernCall, textOf } from "../support/messages.ts";

const newKey = (id: string): StateKeyEntry => ({ id, secret: randomBytes(32) });
const KEY = newKey("k1");

/** Lines of the audit log of one instance that served so many calls. */
async function logOf(calls: number, options: McpEndpointOptions = { stateKeys: [KEY] }): Promise<string[]> {
  const lines: string[] = [];
  const audit = (record: AuditRecord): void => void lines.push(JSON.stringify(record));
  const server = { createServer: () => createV2Tools([]), audit };
  const call = callerOf(createMcpEndpoint(server, { logLevel: "silent", ...options }));
  for (let count = 0; count < calls; count++) {
    await textOf(await call(...modernCall("tools/call", { name: "read", arguments: { note: `${count}` } })));
  }
  await expect.poll(() => lines.length).toBe(calls);
  return lines;
}

const verify = (lines: readonly string[], keys = [KEY]) => verifyAuditLog(lines, keys);
const problemsOf = async (lines: readonly string[], keys = [KEY]): Promise<string[]> =>
  (await verify(lines, keys)).problems.map(({ line, text }) => `${line}: ${text}`);

test("the records of an instance are one chain, from the first on", async () => {
  const lines = await logOf(5);
  expect(await verify(lines)).toEqual({
    chains: [{ id: expect.stringMatching(/^[\da-f-]{36}$/), first: 1, last: 5 }],
    problems: [],
    records: 5,
    repeated: 0,
    others: 0,
  });
});

test("without keys, records are as they were, and nothing is proven", async () => {
  const lines = await logOf(1, {});
  expect(JSON.parse(lines[0] ?? "")).not.toHaveProperty("chain");
  expect(await problemsOf(lines)).toEqual([
    "1: an audit record without a signature, which anything could have written",
  ]);
});

describe("a log that is not as it was written", () => {
  const changes: ReadonlyArray<readonly [string, (record: Record<string, unknown>) => object]> = [
    ["another outcome", (record) => ({ ...record, outcome: "tool_error" })],
    ["another time", (record) => ({ ...record, time: "2020-01-01T00:00:00.000Z" })],
    ["one more field", (record) => ({ ...record, note: "all is well" })],
    ["a field less", ({ decision: _gone, ...record }) => record],
    ["another place", (record) => ({ ...record, chain: { ...(record.chain as object), sequence: 7 } })],
    ["another chain", (record) => ({ ...record, chain: { ...(record.chain as object), id: crypto.randomUUID() } })],
    ["another record before it", (record) => ({ ...record, chain: { ...(record.chain as object), previous: "" } })],
    ["no signature", (record) => ({ ...record, chain: { ...(record.chain as object), mac: "" } })],
  ];

  test.each(changes)("is told by a record with %s", async (_what, change) => {
    const lines = await logOf(3);
    lines[1] = JSON.stringify(change(JSON.parse(lines[1] ?? "")));
    const [changed, missing, ...more] = await problemsOf(lines);
    expect(changed).toBe("2: an audit record that was changed, or not written by the audit log");
    expect(missing).toMatch(/^3: a record of chain .* before this one \(3\) is missing$/);
    expect(more).toEqual([]);
  });

  test("is told by a removed record, and by several", async () => {
    const lines = await logOf(6);
    expect(await problemsOf(lines.toSpliced(2, 1))).toEqual([expect.stringMatching(/^3: a record .* is missing$/)]);
    expect(await problemsOf(lines.toSpliced(1, 3))).toEqual([expect.stringMatching(/^2: 3 records .* are missing$/)]);
  });

  test("is told by a record that a tool printed, in the words of the audit log", async () => {
    const [first = "", second = ""] = await logOf(2);
    const { chain, ...plain } = JSON.parse(second) as AuditRecord;
    const forged = { ...chain, sequence: 3, previous: chain?.mac, mac: "A".repeat(43) };
    for (const printed of [plain, { ...plain, chain: forged }]) {
      expect(await problemsOf([first, second, JSON.stringify(printed)])).toHaveLength(1);
    }
  });

  test("is told by a record of another chain in the place of one, though it is signed", async () => {
    const [one, other] = [await logOf(3), await logOf(3)];
    expect(await problemsOf(one.toSpliced(1, 1, other[1] ?? ""))).toHaveLength(1);
  });

  test("is told by a key that was not given", async () => {
    expect(await problemsOf(await logOf(1), [newKey("k2")])).toEqual([
      "1: an audit record signed with the key k1, which was not given",
    ]);
    expect(await problemsOf(await logOf(1), [newKey("k1")])).toHaveLength(1);
  });

  test("is told by a part of a record, but for the last line, where an export may end", async () => {
    const lines = await logOf(3);
    const cut = (lines[1] ?? "").slice(0, 200);
    expect(await problemsOf(lines.toSpliced(1, 1, cut))).toEqual([
      "2: an audit record of which a part is missing",
      expect.stringMatching(/^3: a record of chain .* is missing$/),
    ]);
    expect(await problemsOf([...lines.slice(0, 1), cut])).toEqual([]);
  });
});

describe("a log that was exported", () => {
  test("from its middle, or up to it, is a part and no fault: it says which records it has", async () => {
    const lines = await logOf(6);
    expect(await verify(lines.slice(2, 5))).toMatchObject({ chains: [{ first: 3, last: 5 }], problems: [] });
  });

  test("has the records of several instances among other lines, in any order, and some twice", async () => {
    const logs = [await logOf(4), await logOf(3), await logOf(5)];
    const others = [
      "START RequestId: 1",
      '{"message":"request","status":200}',
      '{"audit":1}',
      "audit",
      "{",
      "[1]",
      "null",
    ];
    const repeats = logs.map(([first = ""]) => first);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...logs.flat(), ...others, ...repeats], { minLength: 22 }),
        async (lines) => {
          expect(await verify(lines)).toMatchObject({ records: 12, repeated: 3, others: others.length, problems: [] });
        },
      ),
      { numRuns: 20 },
    );
  });

  test("may have time stamps before lines, other orders of fields, other texts of times, or entries around records", async () => {
    const lines = await logOf(4);
    const [one = "", two = "", three = "", four = ""] = lines;
    const stamped = `2026-11-29T10:00:00.000Z ${one}`;
    const reversed = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(two)).reverse()));
    const { time, ...payload } = JSON.parse(three);
    const entry = JSON.stringify({ insertId: "1", timestamp: `${time.slice(0, -1)}000Z`, jsonPayload: payload });
    const spaced = JSON.stringify(JSON.parse(four), null, 1).replaceAll("\n", " ");
    expect(await verify([stamped, reversed, entry, spaced])).toMatchObject({ records: 4, problems: [] });
  });
});

describe("keys that are loaded", () => {
  test("sign the records that waited for them, in order, and the instance is kept running for it", async () => {
    const { promise, resolve } = Promise.withResolvers<readonly StateKeyEntry[]>();
    const lines: string[] = [];
    const work: Promise<unknown>[] = [];
    const server = {
      createServer: () => createV2Tools([]),
      audit: (record: AuditRecord) => void lines.push(JSON.stringify(record)),
    };
    let loads = 0;
    const stateKeys = () => {
      loads += 1;
      return promise;
    };
    const call = callerOf(createMcpEndpoint(server, { logLevel: "silent", stateKeys }));
    const invocation = { waitUntil: (pending: Promise<unknown>) => void work.push(pending) };
    for (const note of ["1", "2", "3"]) {
      const [message, options] = modernCall("tools/call", { name: "read", arguments: { note } });
      await textOf(await call(message, { ...options, invocation }));
    }
    expect([lines.length, work.length]).toEqual([0, 3]);
    resolve([KEY]);
    await Promise.all(work);
    expect(await verify(lines)).toMatchObject({ records: 3, chains: [{ first: 1, last: 3 }], problems: [] });
    expect(loads).toBe(1);
  });

  test("that cannot be had lose no record: it is written unsigned, said so, and tried again", async () => {
    const told: unknown[] = [];
    const { error } = console;
    console.error = (...args: unknown[]) => told.push(args.join(" "));
    try {
      let isAway = true;
      const stateKeys = async () => {
        if (isAway) throw new Error("away");
        return [KEY];
      };
      const lines: string[] = [];
      const server = {
        createServer: () => createV2Tools([]),
        audit: (record: AuditRecord) => void lines.push(JSON.stringify(record)),
      };
      const call = callerOf(createMcpEndpoint(server, { logLevel: "silent", stateKeys }));
      const ask = async () => textOf(await call(...modernCall("tools/call", { name: "read", arguments: {} })));
      await ask();
      await expect.poll(() => lines.length).toBe(1);
      isAway = false;
      await ask();
      await expect.poll(() => lines.length).toBe(2);
      expect(await verify(lines)).toMatchObject({ records: 1, problems: [{ line: 1 }] });
    } finally {
      console.error = error;
    }
    expect(told).toEqual([expect.stringContaining("Audit records are not signed")]);
  });
});

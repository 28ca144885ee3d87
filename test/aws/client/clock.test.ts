import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createAwsClock } from "../../../adapters/aws/client/clock.ts";
import { createDynamodbStore } from "../../../adapters/aws/dynamodb/dynamodb-store.ts";
import { CLIENTS, setUpClient, USER_AGENTS } from "../../store/clients.ts";
import { standInCredentials } from "../../store/engines.ts";
import { type StandIn, startStandIn } from "../../store/stand-in-server.ts";

standInCredentials();

const MINUTE = 60_000;

describe("the clock", () => {
  const NOW = Date.UTC(2026, 10, 30, 12);
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: NOW }));
  afterEach(() => void vi.useRealTimers());
  const at = (ms: number): string => new Date(ms).toUTCString();

  test("is that of the machine, and then that of the answers", () => {
    const clock = createAwsClock();
    expect(clock.now()).toBe(NOW);
    clock.learn({ date: at(NOW - 10 * MINUTE) }, NOW);
    expect(clock.now()).toBe(NOW - 10 * MINUTE);
    vi.setSystemTime(NOW + MINUTE);
    expect(clock.now()).toBe(NOW - 9 * MINUTE);
    clock.learn({ date: at(NOW + MINUTE) }, NOW + MINUTE);
    expect(clock.now()).toBe(NOW + MINUTE);
  });

  test.each([
    ["that tells no time", {}, NOW],
    ["that tells nonsense", { date: "yesterday" }, NOW],
    ["that comes from a cache", { date: at(0), age: "7" }, NOW],
    ["to what was asked before the instance was frozen", { date: at(0) }, NOW - 2 * MINUTE],
  ])("does not heed an answer %s", (_title, headers, sentAt) => {
    const clock = createAwsClock();
    clock.learn(headers, sentAt);
    expect(clock.now()).toBe(NOW);
  });
});

describe.each(CLIENTS)("%s", (client) => {
  setUpClient(client);
  let standIn: StandIn;
  afterEach(() => standIn.close());

  test.each([-20 * MINUTE, 20 * MINUTE])(
    "sign by DynamoDB's clock once it has told the time (%i ms)",
    async (ahead) => {
      const refused: boolean[] = [];
      const agents = new Set<string>();
      const now = (): number => Date.now() + ahead;
      standIn = await startStandIn(({ headers }) => {
        agents.add(String(headers["user-agent"]));
        const [, ...parts] = /^(....)(..)(..)T(..)(..)(..)Z$/.exec(String(headers["x-amz-date"]))?.map(Number) ?? [];
        const [year = 0, month = 0, ...rest] = parts;
        const isLate = Math.abs(Date.UTC(year, month - 1, ...rest) - now()) > 5 * MINUTE;
        refused.push(isLate);
        return {
          status: isLate ? 400 : 200,
          headers: { "content-type": "application/x-amz-json-1.0", date: new Date(now()).toUTCString() },
          body: isLate ? '{"__type":"com.amazon.coral.service#InvalidSignatureException"}' : "{}",
        };
      });
      const store = createDynamodbStore({ table: "t", endpoint: `http://${standIn.host}` });
      for (let i = 0; i < 2; i++) expect(await store.get({ partition: "p", sort: "s" })).toBeUndefined();
      expect(refused).toEqual([true, false, false]);
      expect([...agents]).toEqual([expect.stringMatching(USER_AGENTS[client])]);
    },
  );
});

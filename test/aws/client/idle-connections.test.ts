import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createDynamodbStore } from "../../../adapters/aws/dynamodb/dynamodb-store.ts";
import type { StateStore } from "../../../src/adapter.ts";
import { createMcpEndpoint } from "../../../src/index.ts";
import { standInCredentials } from "../../store/engines.ts";
import { callerOf, modernCall } from "../../support/messages.ts";
import { createV2Server } from "../../support/servers.ts";
import { type Ending, freeze, type IdleServer, startIdleServer } from "./idle-server.ts";

standInCredentials();

const KEY = { partition: "p", sort: "s" };
const EXPIRES_AT = 9_999_999_999;
/** The server closes connections well before a frozen instance goes on. */
const [IDLE_MS, FROZEN_MS] = [20, 200];

let server: IdleServer;
let store: StateStore;
async function start(ending: Ending, idleMs: number): Promise<void> {
  server = await startIdleServer(ending, idleMs);
  store = createDynamodbStore({ table: "t", endpoint: server.url });
}
afterEach(() => server.close());

const add = (): Promise<number> => store.add(KEY, 1, EXPIRES_AT);

describe.each<Ending>(["reset", "close"])("connections that the server ends while they are idle (%s)", (ending) => {
  beforeEach(() => start(ending, IDLE_MS));

  test("fail no counter of an instance that was frozen meanwhile, and each counts once", async () => {
    for (let call = 0; call < 4; call++) {
      expect(await add()).toBe(1);
      freeze(FROZEN_MS);
    }
    expect(await server.answered()).toEqual([1, 1, 1, 1]);
  });

  test("fail no request to an endpoint that counts its callers", async () => {
    const rateLimits = [{ of: "address", limit: 1_000, windowSeconds: 60 }] as const;
    const call = callerOf(createMcpEndpoint(createV2Server, { store, rateLimits, logLevel: "silent" }));
    const statuses: number[] = [];
    for (let turn = 0; turn < 4; turn++) {
      statuses.push((await call(...modernCall("tools/list"))).status);
      freeze(FROZEN_MS);
    }
    expect(statuses).toEqual([200, 200, 200, 200]);
  });

  test("fail no read", async () => {
    for (let call = 0; call < 4; call++) {
      await store.get(KEY);
      freeze(FROZEN_MS);
    }
    expect(await server.answered()).toEqual([1, 1, 1, 1]);
  });
});

describe("connections that the server has forgotten", () => {
  beforeEach(() => start("forget", IDLE_MS));
  afterEach(() => void vi.useRealTimers());

  test("fail no read, though there are more than a request has attempts", async () => {
    await Promise.all(Array.from({ length: 10 }, () => store.get(KEY)));
    freeze(FROZEN_MS);
    await store.get(KEY);
    expect(await server.answered()).toEqual(Array(11).fill(1));
  });

  test("fail no counter that comes a second later or more", async () => {
    await Promise.all(Array.from({ length: 10 }, () => store.get(KEY)));
    freeze(FROZEN_MS);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 1_100 });
    expect(await add()).toBe(1);
    expect(await server.answered()).toEqual(Array(11).fill(1));
  });

  test("leave a counter unsure that comes earlier, and it is not sent again", async () => {
    await add();
    freeze(FROZEN_MS);
    await expect(add()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", cause: { code: "ECONNRESET" } });
    expect(await server.answered()).toEqual([1]);
  });
});

describe("while connections are good", () => {
  beforeEach(() => start("close", 60_000));
  afterEach(() => void vi.useRealTimers());

  test("counters that follow each other share one", async () => {
    for (let call = 0; call < 4; call++) await add();
    expect(await server.answered()).toEqual([4]);
  });

  test("a counter takes none that was idle for more than a second, and a read does", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const begin = Date.now();
    await add();
    vi.setSystemTime(begin + 900);
    await add();
    expect(await server.answered()).toEqual([2]);
    vi.setSystemTime(begin + 900 + 1_100);
    await store.get(KEY);
    expect(await server.answered()).toEqual([3]);
    vi.setSystemTime(begin + 900 + 1_100 + 1_100);
    await add();
    expect(await server.answered()).toEqual([3, 1]);
  });
});

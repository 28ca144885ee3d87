import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { createDynamodbStore, type DynamodbStoreOptions } from "../../adapters/aws/dynamodb/dynamodb-store.ts";
import type { ErrorCode, StateStore, StateWrite } from "../../src/adapter.ts";
import { type Engine, standInCredentials, startDynalite } from "./engines.ts";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";
import { inAnHour } from "./store-under-test.ts";

/** A table, one way to it on which things go wrong, and one on which they do not. */
export interface FaultyNetwork {
  engine: Engine;
  /** A new one for each test. */
  proxy: FaultProxy;
  /** A store that connects through the proxy. */
  store: StateStore;
  /** A store over the same data whose network has no faults. */
  other: StateStore;
  /** An item that only one test uses. */
  item: StateWrite;
  /** Another store behind the proxy. */
  open(options?: Partial<DynamodbStoreOptions>): StateStore;
}

/** Sets up a network for the tests of this file; its fields can be read in a test. */
export function setUpFaultyNetwork(): FaultyNetwork {
  standInCredentials();
  const network = {
    open: (options = {}) =>
      createDynamodbStore({
        table: network.engine.table,
        endpoint: network.proxy.endpoint,
        // A busy machine must not look like a fault.
        attemptTimeoutMs: 20_000,
        timeoutMs: 40_000,
        ...options,
      }),
  } as FaultyNetwork;
  beforeAll(async () => {
    network.engine = await startDynalite();
  });
  afterAll(() => network.engine.close());
  beforeEach(async () => {
    network.proxy = await startFaultProxy(network.engine.endpoint);
    network.store = network.open();
    network.other = network.open({ endpoint: network.engine.endpoint });
    network.item = { partition: randomUUID(), sort: "s", value: "mine", expiresAt: inAnHour() };
  });
  afterEach(() => network.proxy.close());
  return network;
}

/** The error of a store that could not be reached. */
export const unavailable = (message: RegExp): object => failed("STORE_UNAVAILABLE", message);

/** The error of a store that will not work until somebody corrects something. */
export const misconfigured = (message: RegExp): object => failed("STORE_MISCONFIGURED", message);

const failed = (code: ErrorCode, message: RegExp): object => ({
  code,
  message: expect.stringMatching(message),
  cause: expect.any(Error),
});

import { afterAll, beforeAll, describe, test } from "vitest";
import { createDynamodbStore } from "../../adapters/aws/dynamodb/dynamodb-store.ts";
import { createMemoryStore } from "../../src/index.ts";
import {
  type DocumentEngine,
  findFirestoreEmulator,
  startAzurite,
  startFirestoreEmulator,
} from "./document-engines.ts";
import { type Engine, findMoto, openEngine, standInCredentials, startDynalite, startMotoServer } from "./engines.ts";
import { findRedis, NO_REDIS, startRedis } from "./redis-engine.ts";
import { describeStore } from "./store-contract.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

standInCredentials();

describe("in memory", () => {
  // Stores that share their data differ by their clocks alone.
  let clock = Date.now;
  const store = createMemoryStore(() => clock());
  const open: StoreUnderTest["open"] = (now = Date.now) => {
    clock = now;
    return store;
  };
  describeStore({ open, speed: 10, pushes: true });
});

describe("DynamoDB as dynalite", () => {
  describeEngine(startDynalite, { speed: 10 });
});

const moto = findMoto();
describe("DynamoDB as moto", () => {
  if (!moto) {
    test("the contract", ({ skip }) => skip("moto_server is not installed; pip install 'moto[server]' brings it"));
    return;
  }
  const start = async (): Promise<Engine> => {
    const { endpoint, close } = await startMotoServer(moto);
    return openEngine(endpoint, close);
  };
  const notAtomic = "moto's update_item reads, compares and writes on several threads without a lock";
  describeEngine(start, { speed: 1, notAtomic });
});

const { DYNAMODB_ENDPOINT: endpoint } = process.env;
describe("DynamoDB at DYNAMODB_ENDPOINT", () => {
  if (endpoint) describeEngine(() => openEngine(endpoint, async () => {}), { speed: 1 });
  else test("the contract", ({ skip }) => skip("it is not set; a table is made there and deleted again"));
});

describe("Azure Table Storage as azurite", () => {
  describeDocuments(startAzurite, { speed: 1 });
});

const firestore = findFirestoreEmulator();
describe("Firestore as Google's emulator", () => {
  if (firestore) describeDocuments(() => startFirestoreEmulator(firestore), { speed: 1 });
  else
    test("the contract", ({ skip }) =>
      skip("the emulator is not installed; gcloud components install cloud-firestore-emulator"));
});

const redis = findRedis();
describe("Redis as Debian's redis-server", () => {
  if (redis) describeDocuments(() => startRedis(redis), { speed: 1, pushes: true });
  else test("the contract", ({ skip }) => skip(NO_REDIS));
});

function describeDocuments(start: () => Promise<DocumentEngine>, traits: Omit<StoreUnderTest, "open">): void {
  let engine: DocumentEngine;
  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine.close());
  describeStore({ open: (now) => engine.open(now), ...traits });
}

function describeEngine(start: () => Promise<Engine>, traits: Omit<StoreUnderTest, "open">): void {
  let engine: Engine;
  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine.close());
  describeStore({
    open(now) {
      const { endpoint, table } = engine;
      // An engine on a busy machine is slower than any time limit that suits AWS.
      const patience = { attemptTimeoutMs: 30_000, timeoutMs: 60_000 };
      return createDynamodbStore({ table, endpoint, ...patience, ...(now && { now }) });
    },
    ...traits,
  });
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { buildTarget } from "../../cli/build/build-target.ts";
import { KNOWN_REDIS_CLIENT } from "../../cli/build/plugins/small-redis-plugin.ts";
import type { StateStore } from "../../src/adapter.ts";
import { describeRaces } from "./race-contract.ts";
import { findRedis, NO_REDIS, type RedisEngine, startRedis } from "./redis-engine.ts";
import { describeModel } from "./store-model.ts";
import type { StoreUnderTest } from "./store-under-test.ts";
import { describeWatch } from "./watch-contract.ts";

const ENTRY = `
import { createRedisStore } from "mcp-anycloud/redis";
export default async () => ({ status: 204, headers: { store: String(createRedisStore) } });
`;
const LARGEST_KB = 100;
const program = findRedis();
if (!program) test("the client for Redis in an artefact", ({ skip }) => skip(NO_REDIS));

describe.skipIf(!program)("the client for Redis in an artefact, without what is never used of it", () => {
  const folder = mkdtempSync(join(tmpdir(), "redis-bundle-"));
  let redis: RedisEngine;
  let kilobytes: number;
  let createRedisStore: typeof import("../../adapters/redis/redis-store.ts").createRedisStore;
  const storeAt = (url: string, now?: () => number): StateStore =>
    createRedisStore({ url, timeoutMs: 60_000, attemptTimeoutMs: 30_000, ...(now && { now }) });
  beforeAll(async () => {
    const entry = join(folder, "server.ts");
    writeFileSync(entry, ENTRY);
    const outDir = join(folder, "dist");
    const { files } = await buildTarget({ platform: "container", entry, outDir, kind: "handler" });
    kilobytes = (files.find(({ name }) => name === "redis.cjs")?.bytes ?? Number.POSITIVE_INFINITY) / 1000;
    const bundled = createRequire(entry)(join(outDir, "redis.cjs"));
    vi.doMock("../../adapters/redis/redis-client.ts", () => bundled);
    expect((await import("../../adapters/redis/redis-client.ts")).createRedisClient).toBe(bundled.createRedisClient);
    ({ createRedisStore } = await import("../../adapters/redis/redis-store.ts"));
    redis = await startRedis(program as string, "--requirepass", "s3cret", "--databases", "2");
  });
  afterAll(async () => {
    vi.doUnmock("../../adapters/redis/redis-client.ts");
    await redis?.close();
    rmSync(folder, { recursive: true });
  });

  test("is small, and of the version that was looked at", () => {
    const installed = new URL("../../node_modules/@redis/client/package.json", import.meta.url);
    expect(JSON.parse(readFileSync(installed, "utf8")).version).toBe(KNOWN_REDIS_CLIENT);
    expect(kilobytes).toBeLessThan(LARGEST_KB);
  });

  test.each([
    ["", "a password"],
    ["/7", "a database"],
  ])("tells what is wrong at redis://…%s", async (path, what) => {
    const user = path === "" ? "" : ":s3cret@";
    const sentence = what === "a password" ? /user and password/ : /a database that the server lacks/;
    const failure = storeAt(`${redis.url.replace("//", `//${user}`)}${path}`).get({ partition: "p", sort: "s" });
    await expect(failure).rejects.toMatchObject({
      code: "STORE_MISCONFIGURED",
      message: expect.stringMatching(sentence),
    });
  });

  const open = (now?: () => number): StateStore => storeAt(`${redis.url.replace("//", "//:s3cret@")}/1`, now);
  const under: StoreUnderTest = { open, speed: 1, pushes: true };
  describeModel(under);
  describeRaces(under);
  describeWatch(under);
});

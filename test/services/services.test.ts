import { expect, test, vi } from "vitest";
import { createChangeEvents } from "../../src/services/change-events.ts";
import { createServices, type OpenServicesOf, type ServedMessage } from "../../src/services/services.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { observed } from "../../src/store/observed-store.ts";
import { breakableStore, countedStore } from "../support/stores.ts";

const servedFor = (principal = "ada", message: unknown = undefined): ServedMessage => ({ principal, message });

const STATE_KEYS = [{ id: "k1", secret: new Uint8Array(32).fill(1) }];
const HOUR = { ttlSeconds: 3600 };

function open(options: { durable?: boolean; stateKeys?: typeof STATE_KEYS } = {}) {
  const store = countedStore(createMemoryStore());
  const breakable = breakableStore(store);
  const shared = observed(breakable);
  const { durable = true, stateKeys } = options;
  const openServices: OpenServicesOf = createServices({
    store: shared,
    durable,
    stateKeys,
    changeEvents: createChangeEvents(shared),
  });
  return { openServices, counts: store.counts, breakable };
}

test("opening services costs no operation", async () => {
  const { openServices, counts } = open({ stateKeys: STATE_KEYS });
  await openServices(servedFor()).flush();
  expect(counts).toEqual({ reads: 0, writes: 0 });
});

test("flush waits until announced changes are in the store", async () => {
  const { openServices, counts } = open();
  const opened = openServices(servedFor());
  const { services } = opened;
  services.notify.toolsChanged();
  services.notify.resourceUpdated("note://1");
  expect(counts.writes).toBe(0);
  await opened.flush();
  expect(counts.writes).toBe(2);
});

test("flush settles when a change could not be announced, and the failure belongs to this request alone", async () => {
  const { openServices, breakable } = open();
  breakable.broken = true;
  const opened = openServices(servedFor());
  opened.services.notify.toolsChanged();
  await opened.flush();
  expect(opened.failure).toMatchObject({ code: "STORE_UNAVAILABLE" });
  expect(openServices(servedFor()).failure).toBeUndefined();
});

test("the first failure of the store is kept, whatever the server makes of it", async () => {
  const { openServices, breakable } = open();
  const opened = openServices(servedFor());
  const { handles, once, rateLimiter } = opened.services;
  const handle = await handles.create(1, HOUR);
  breakable.broken = true;
  await expect(handles.get(handle)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  const { failure } = opened;
  await expect(once("a", HOUR, vi.fn())).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  const limit = { limit: 1, windowSeconds: 1 };
  await expect(rateLimiter.take("a", limit)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  expect(failure).toMatchObject({ code: "STORE_UNAVAILABLE" });
  expect(opened.failure).toBe(failure);
});

test("an invalid write and a lost race are no failures of the store", async () => {
  const { openServices } = open();
  const opened = openServices(servedFor());
  const { handles } = opened.services;
  await expect(handles.create(1, { ttlSeconds: Number.NaN })).rejects.toThrow(RangeError);
  const handle = await handles.create(0, HOUR);
  await Promise.all([1, 2, 3].map(() => handles.update<number>(handle, (count) => count + 1)));
  expect(opened.failure).toBeUndefined();
});

test("without a store nothing is kept, and everything says so but notify", async () => {
  const { openServices, counts } = open({ durable: false, stateKeys: STATE_KEYS });
  const opened = openServices(servedFor("ada", { method: "tools/call", params: { name: "a" } }));
  const { notify, handles, once, rateLimiter, requestState } = opened.services;
  const missing = {
    code: "STORE_MISSING",
    message: expect.stringMatching(/set MCP_ANYCLOUD_TABLE, or give the endpoint a store/),
  };
  const work = vi.fn();
  await expect(handles.create(1, HOUR)).rejects.toMatchObject(missing);
  await expect(handles.get("a".repeat(24))).rejects.toMatchObject(missing);
  await expect(once("a", HOUR, work)).rejects.toMatchObject(missing);
  await expect(rateLimiter.take("a", { limit: 1, windowSeconds: 1 })).rejects.toMatchObject(missing);
  await expect(requestState.mint({})).rejects.toMatchObject(missing);
  expect(work).not.toHaveBeenCalled();
  notify.toolsChanged();
  await opened.flush();
  expect(opened.failure).toBeUndefined();
  expect(counts.writes).toBe(2);
});

import { beforeEach, describe, expect, test, vi } from "vitest";
import { rememberedKeys } from "../../../adapters/shared/secrets/remembered-keys.ts";
import type { StateKeyEntry } from "../../../src/adapter.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const ringOf = (...ids: readonly string[]): StateKeyEntry[] => ids.map((id) => ({ id, secret: new Uint8Array(32) }));
const [RING, ROTATED] = [ringOf("a"), ringOf("b", "a")];

let now: number;
const load = vi.fn<() => Promise<readonly StateKeyEntry[]>>();
const create = () => rememberedKeys(load, () => now);

beforeEach(() => {
  now = Date.now();
  load.mockReset().mockResolvedValue(RING);
});

test("a ring is loaded when it is first asked for, once for all who ask meanwhile, and again after five minutes", async () => {
  const keys = create();
  expect(load).not.toHaveBeenCalled();
  expect(await Promise.all([keys(), keys("a"), keys()])).toEqual([RING, RING, RING]);
  now += 5 * MINUTE - 1;
  expect(await keys()).toBe(RING);
  expect(load).toHaveBeenCalledOnce();
  load.mockResolvedValue(ROTATED);
  now += 1;
  expect(await Promise.all([keys(), keys()])).toEqual([ROTATED, ROTATED]);
  expect(load).toHaveBeenCalledTimes(2);
});

describe("a key that is not in the ring", () => {
  test("is looked for at once, however fresh the ring, once for all who ask meanwhile", async () => {
    const keys = create();
    await keys();
    load.mockResolvedValue(ROTATED);
    expect(await Promise.all([keys("b"), keys("b")])).toEqual([ROTATED, ROTATED]);
    expect(load).toHaveBeenCalledTimes(2);
    expect(await keys("b")).toBe(ROTATED);
    expect(load).toHaveBeenCalledTimes(2);
  });

  test("is looked for once in 30 seconds, whatever id a client makes up", async () => {
    const keys = create();
    await keys();
    for (const id of ["x", "y", "z"]) expect(await keys(id)).toBe(RING);
    expect(load).toHaveBeenCalledTimes(2);
    now += 30 * SECOND - 1;
    await keys("x");
    expect(load).toHaveBeenCalledTimes(2);
    now += 1;
    await keys("x");
    expect(load).toHaveBeenCalledTimes(3);
  });

  test("cannot be told to be wrong while the look for it fails, though others open", async () => {
    const keys = create();
    await keys();
    load.mockRejectedValue(new Error("away"));
    await expect(keys("b")).rejects.toThrow("away");
    await expect(keys("b")).rejects.toThrow("away");
    expect(load).toHaveBeenCalledTimes(2);
    expect(await keys("a")).toBe(RING);
    now += 30 * SECOND;
    load.mockResolvedValue(ROTATED);
    expect(await keys("b")).toBe(ROTATED);
    expect(await keys("x")).toBe(ROTATED);
  });
});

describe("while the ring cannot be loaded", () => {
  beforeEach(() => void load.mockRejectedValue(new Error("away")));

  test("there is none at first, and it is asked for again by the next who needs it", async () => {
    const keys = create();
    await expect(Promise.all([keys(), keys()])).rejects.toThrow("away");
    expect(load).toHaveBeenCalledOnce();
    load.mockResolvedValue(RING);
    expect(await keys()).toBe(RING);
  });

  test("the last one is handed out until it is an hour old, and asked for again every 30 seconds", async () => {
    load.mockResolvedValueOnce(RING);
    const keys = create();
    await keys();
    now += 5 * MINUTE;
    for (let second = 0; second < 60; second++, now += SECOND) expect(await keys()).toBe(RING);
    expect(load).toHaveBeenCalledTimes(3);
    now += 54 * MINUTE - 1;
    expect(await keys("a")).toBe(RING);
    now += 1;
    await expect(keys("a")).rejects.toThrow("away");
    load.mockResolvedValue(ROTATED);
    expect(await keys()).toBe(ROTATED);
  });
});

import { afterEach, beforeEach, expect, test } from "vitest";
import { createTokenCache } from "../../src/auth/jwt/token-cache.ts";
import { type Checking, startChecking } from "../security/checking-instance.ts";

let checking: Checking;
beforeEach(async () => {
  checking = await startChecking();
});
afterEach(() => checking?.issuer.close());

const accepted = { subject: "ada" };
const seconds = (): number => Math.floor(Date.now() / 1000);

test("a verified token is remembered until it expires", async () => {
  const check = checking.instance();
  const token = await checking.token({}, { exp: seconds() + 120 });
  const proof = await check(token);
  expect(await check(token)).toBe(proof);
  checking.pass(160);
  expect(await check(token)).toEqual({ problem: "The token has expired." });
});

test("and verified again after five minutes, when its key may be gone", async () => {
  const check = checking.instance();
  const token = await checking.token();
  const proof = await check(token);
  await checking.issuer.rotate();
  checking.pass(299);
  expect(await check(token)).toBe(proof);
  checking.pass(302);
  expect(await check(token)).toEqual({ problem: "The token is signed with a key that its issuer does not have." });
});

test("a refused token is not cached", async () => {
  const check = checking.instance();
  const token = await checking.token({}, { nbf: seconds() + 60 });
  expect(await check(token)).toEqual({ problem: "The token is not valid yet." });
  checking.pass(60);
  expect(await check(token)).toMatchObject(accepted);
});

test("a reader of the cached claims cannot change them", async () => {
  const proof = await checking.check({}, { groups: ["readers"] });
  if (!("claims" in proof)) return expect.unreachable();
  expect(() => (proof.claims.groups as string[]).push("admins")).toThrow(TypeError);
});

test("clocks may differ by 30 seconds, and not by more", async () => {
  const { check } = checking;
  expect(await check({}, { exp: seconds() - 20 })).toMatchObject(accepted);
  expect(await check({}, { exp: seconds() - 40 })).toEqual({ problem: "The token has expired." });
  expect(await check({}, { nbf: seconds() + 20 })).toMatchObject(accepted);
  expect(await check({}, { nbf: seconds() + 40 })).toEqual({ problem: "The token is not valid yet." });
});

test("the cache is bounded, and evicts its oldest entry", () => {
  const memory = createTokenCache<number>(() => 0);
  for (let number = 0; number < 1100; number += 1) memory.keep(`token ${number}`, number, 1000);
  const kept = Array.from({ length: 1100 }, (_, number) => memory.recall(`token ${number}`));
  expect(kept.filter((number) => number !== undefined)).toHaveLength(1000);
  expect([kept[99], kept[100], kept[1099]]).toEqual([undefined, 100, 1099]);
});

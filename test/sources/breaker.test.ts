import { ProtocolError } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import { AnycloudError } from "../../src/errors.ts";
import { createBreaker } from "../../src/sources/remote/breaker.ts";
import { UpstreamFailure } from "../../src/sources/remote/upstream-failure.ts";

const failing = (error: unknown) => (): Promise<never> => Promise.reject(error);

test.each([
  ["an answer in the words of its protocol", new ProtocolError(-32602, "no such thing"), "ok"],
  ["a refusal", new UpstreamFailure("refused", "It does not allow this."), "ok"],
  ["a client that left", new UpstreamFailure("cancelled", "Its client has left."), "failing"],
  ["a client that left, as Node.js says it", new DOMException("left", "AbortError"), "failing"],
  ["a store of ours that cannot be asked", new AnycloudError("STORE_UNAVAILABLE", "It is away."), "failing"],
])("after %s, an upstream that failed counts as it must", async (_what, error, state) => {
  const told: string[] = [];
  const breaker = createBreaker({ failures: 1, seconds: 0.01 }, (what) => told.push(what));
  await breaker.run(failing(new UpstreamFailure("unavailable", "It could not be reached."))).catch(() => {});
  expect(breaker.state).toBe("failing");
  await new Promise((resolve) => setTimeout(resolve, 20));
  await expect(breaker.run(failing(error))).rejects.toBe(error);
  expect([breaker.state, told.length]).toEqual([state, state === "ok" ? 2 : 1]);
});

import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bindingOf } from "../../src/services/call-binding.ts";
import { createRequestState } from "../../src/services/request-state.ts";
import { seal, unseal } from "../../src/services/seal.ts";
import { createClock, createScopes } from "./scope.ts";

const KEY = { id: "k-1", secret: new Uint8Array(32).fill(7) };

test("any text comes out as it went in, beside the same binding and no other", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string(), fc.string(), (text, binding, other) => {
      const sealed = seal(text, binding, KEY);
      expect(unseal(sealed, binding, [KEY])?.text).toBe(text);
      if (other !== binding) expect(unseal(sealed, other, [KEY])).toBeUndefined();
    }),
  );
});

test("two seals of the same text have nothing in common but the key's name", () => {
  const [a, b] = [seal("x", "y", KEY), seal("x", "y", KEY)];
  expect(a).not.toBe(b);
  expect(unseal(a, "y", [KEY])?.sealId).not.toBe(unseal(b, "y", [KEY])?.sealId);
});

test("a seal has one spelling: no other last character opens, whatever the number of spare bits in it", () => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (const text of ["", "1", "22"]) {
    const sealed = seal(text, "binding", KEY);
    const spellings = [...alphabet].map((character) => sealed.slice(0, -1) + character);
    expect(spellings.filter((spelling) => unseal(spelling, "binding", [KEY]))).toEqual([sealed]);
  }
});

test("nothing else that a client sends opens as a seal", () => {
  fc.assert(fc.property(fc.string(), (text) => unseal(text, "", [KEY]) === undefined));
});

/** The same value, the fields of its objects in reverse order. */
function reversed(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  const fields = Object.entries(value).map(([name, field]): [string, unknown] => [name, reversed(field)]);
  return Object.fromEntries(fields.reverse());
}

test("a binding is the same for equal calls, whatever the order of their fields, and for no others", () => {
  const anyParams = fc.dictionary(fc.constantFrom("a", "b", "__proto__"), fc.jsonValue({ maxDepth: 2 }));
  const calls = fc.record({ method: fc.constantFrom("m", "n"), params: anyParams }).map((call) => {
    return JSON.parse(JSON.stringify(call)) as object;
  });
  fc.assert(
    fc.property(calls, calls, (one, other) => {
      expect(bindingOf("a", reversed(one))).toBe(bindingOf("a", one));
      expect(bindingOf("a", one) === bindingOf("a", other)).toBe(isDeepStrictEqual(one, other));
      expect(bindingOf("a", one)).not.toBe(bindingOf("b", one));
      expect(bindingOf("a", one)).not.toBe(bindingOf("a", { ...one, method: "another" }));
    }),
  );
});

test("a round's own params are left out of the binding", () => {
  const first = { method: "tools/call", params: { name: "x", _meta: { progressToken: 1 } } };
  const second = { method: "tools/call", params: { name: "x", requestState: "s", inputResponses: {} } };
  expect(bindingOf("a", first)).toBe(bindingOf("a", second));
});

test("a state expires", async () => {
  const clock = createClock();
  const scope = createScopes(clock);
  const message = { method: "tools/call", params: { name: "x" } };
  const open = () => {
    const requestState = createRequestState(scope(), { keys: [KEY], durable: true, message });
    // As the SDK takes it when a server is built with it.
    return { ...requestState };
  };
  const [early, late] = [await open().mint("a"), await open().mint("b")];
  clock.pass(599);
  expect(await open().verify(early)).toBe("a");
  clock.pass(1);
  await expect(open().verify(late)).rejects.toMatchObject({
    code: -32602,
    data: { reason: "invalid_request_state" },
    message: expect.stringContaining("it has expired"),
  });
});

test("a server that was not built to verify states cannot seal any", async () => {
  const scope = createScopes();
  const requestState = createRequestState(scope(), { keys: [KEY], durable: true, message: {} });
  await expect(requestState.mint("a")).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringContaining("new McpServer(info, { requestState })"),
  });
});

import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { createMcpEndpoint } from "../../src/index.ts";
import { callerOf, modernCall } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";

/** Calls the tool with an argument of so many characters, and counts the turns of the event loop until the response. */
async function turnsOfCall(length: number): Promise<number> {
  const call = callerOf(createMcpEndpoint(createV2Server, { logLevel: "silent" }));
  const response = call(...modernCall("tools/call", { name: "echo", arguments: { text: "x".repeat(length) } }));
  let isOver = false;
  void response.finally(() => {
    isOver = true;
  });
  let turns = 0;
  for (; !isOver; turns++) await nextTurn();
  expect((await response).status).toBe(200);
  return turns;
}

test("a large message is parsed in a turn of its own and served in another, with time for small ones before each", async () => {
  const small = await turnsOfCall(100);
  expect(await turnsOfCall(1_000_000)).toBeGreaterThanOrEqual(small + 8);
});

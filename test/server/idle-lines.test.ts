import { expect, test } from "vitest";
import { counted } from "../protocol-2026/counted-factory.ts";
import { instanceOf, textResult } from "../protocol-2026/instances.ts";
import { modernCall, textOf } from "../support/messages.ts";

test("of the servers of very many calls at one time, 64 are kept, and the others are closed", async () => {
  const CALLS = 80;
  let [running, closed] = [0, 0];
  const { factory, built } = counted((server) => {
    server.server.onclose = () => {
      closed++;
    };
    server.registerTool("meet", {}, async () => {
      running++;
      while (running % CALLS !== 0) await new Promise(setImmediate);
      return textResult("met");
    });
  });
  const call = instanceOf(factory, {});
  const meet = async (): Promise<void> => {
    const calls = Array.from({ length: CALLS }, async () =>
      textOf(await call(...modernCall("tools/call", { name: "meet" }))),
    );
    for (const text of await Promise.all(calls)) expect(text).toContain("met");
  };
  await meet();
  expect([built(), closed]).toEqual([CALLS, CALLS - 64]);
  await meet();
  expect([built(), closed]).toEqual([2 * CALLS - 64, 2 * (CALLS - 64)]);
});

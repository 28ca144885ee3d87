import { expect } from "vitest";
import type { StateStore } from "../../src/adapter.ts";
import { resumedSession } from "../protocol-2025/instances.ts";
import { legacyRequest, messagesOf } from "../support/messages.ts";
import { type ClientFacts, RESOURCE, type Result, start } from "./leave-state.ts";

const textOf = ({ content }: Pick<Result, "content">): string => content[0].text;
const methodsOf = (messages: readonly object[]): unknown[] =>
  messages.map(({ method, result }: { method?: unknown; result?: unknown }) => method ?? (result ? "result" : "error"));

/** Goes on with all of it, at instances that did not see it begin. */
export async function expectContinued(store: StateStore, facts: ClientFacts): Promise<void> {
  const { instances, call, tasks, work } = start(store);
  const session = resumedSession(instances, facts.session);
  expect(textOf((await session.ask(1, "tools/call", { name: "who", arguments: {} })).result as Result)).toBe(
    "test-client",
  );
  // The tool logs two messages. The client asked for the level of one of them.
  expect(methodsOf(await messagesOf(await session.call(0, "log")))).toEqual(["notifications/message", "result"]);

  const rest = await (await session.listen(2, facts.streamEvent)).rest();
  expect(methodsOf(rest.flatMap(({ message }) => (message ? [message] : [])))).toEqual([
    "notifications/progress",
    "notifications/progress",
    "result",
  ]);

  const own = await session.listen(1, facts.sessionEvent);
  await session.call(0, "change", { word: RESOURCE });
  expect((await own.message()).message).toMatchObject({
    method: "notifications/resources/updated",
    params: { uri: RESOURCE },
  });
  await own.leave();

  expect(textOf(await call("once", { word: "second" }))).toBe("first");
  expect(textOf(await call("kept", { word: facts.handle }))).toBe("kept");
  const sure = { action: "accept", content: { ok: true } };
  const { requestState } = facts;
  expect(textOf(await call("ask", {}, { requestState, inputResponses: { sure } }))).toBe("swordfish");

  expect(await tasks.get(facts.endedTask)).toMatchObject({
    status: "completed",
    result: { content: [{ text: "before null" }] },
  });
  expect(await tasks.get(facts.askingTask)).toMatchObject({ status: "input_required" });
  await tasks.answer(facts.askingTask, { sure });
  await work();
  expect(await tasks.get(facts.askingTask)).toMatchObject({
    status: "completed",
    result: { content: [{ text: `before ${JSON.stringify(sure)}` }] },
  });
  expect((await session.end(2)).status).toBeLessThan(300);
  expect((await session.send(0, legacyRequest("tools/list"))).status).toBe(404);
}

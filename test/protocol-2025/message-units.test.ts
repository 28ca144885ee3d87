import { describe, expect, test } from "vitest";
import { legacyRequest } from "../support/messages.ts";
import { asked, CLIENT, LONG, MOST_WRITES, sampled, startMetered } from "./metered-instances.ts";
import { readStream } from "./stream-reader.ts";

describe("a message that nobody waits for", () => {
  test.each([
    ["a reply to no question", (id: string) => id.replace(/\.\d+\./, ".7.")],
    ["a reply with an id of the client's own", () => "my-own-id"],
    ["a reply to a forged signature", (id: string) => `${id.slice(0, -22)}${"A".repeat(22)}`],
  ])("is not stored: %s", async (_what, forged) => {
    const { open, costOf } = startMetered();
    const session = await open({ ...CLIENT, protocolVersion: "2025-03-26" });
    const { stream, id } = await asked(session);
    const replies = Array.from({ length: 50 }, () => ({ jsonrpc: "2.0", id: forged(id), result: sampled(LONG) }));
    for (const sent of [replies.slice(0, 3), replies.map((reply) => ({ ...reply, result: {} }))]) {
      const { writes } = await costOf(async () => expect((await session.send(1, sent)).status).toBe(202));
      expect(writes).toBe(0);
    }
    await session.send(2, { jsonrpc: "2.0", id, result: sampled("Hm.") });
    expect(JSON.stringify((await stream.message()).message)).toContain("Hm.");
  });

  test("is not stored: a reply to another session's question", async () => {
    const { open, costOf } = startMetered();
    const [session, other] = [await open(CLIENT), await open(CLIENT)];
    const { stream, id } = await asked(session);
    const { writes } = await costOf(() => other.send(1, { jsonrpc: "2.0", id, result: {} }));
    expect(writes).toBe(0);
    await session.send(2, { jsonrpc: "2.0", id, result: sampled("Hm.") });
    await stream.rest();
  });

  test("costs little: a long reply to a question whose request is over, and one that comes twice", async () => {
    const { open, costOf, expectCheapCalls } = startMetered();
    const session = await open(CLIENT);
    const { stream, id } = await asked(session);
    const reply = { jsonrpc: "2.0", id, result: sampled(LONG) };
    expect((await session.send(1, reply)).status).toBe(202);
    expect(JSON.stringify((await stream.message()).message)).toContain(LONG);
    await stream.rest();
    const { writes } = await costOf(() => session.send(1, reply));
    expect(writes).toBe(0);
    await expectCheapCalls(session);
  });

  test("is not stored: a long reply to a question whose request its client cancelled", async () => {
    const { open, costOf } = startMetered();
    const session = await open(CLIENT);
    const call = legacyRequest("tools/call", { name: "think", arguments: {} });
    const stream = readStream(await session.send(0, call));
    const { id } = (await stream.message()).message;
    const params = { requestId: call.id };
    await session.send(1, { jsonrpc: "2.0", method: "notifications/cancelled", params });
    await stream.rest();
    const { writes } = await costOf(() => session.send(1, { jsonrpc: "2.0", id, result: sampled(LONG) }));
    expect(writes).toBe(0);
  });

  test("costs little: a cancellation of nothing", async () => {
    const { open, costOf, expectCheapCalls } = startMetered();
    const session = await open();
    const params = { requestId: "nothing", reason: "x".repeat(1024), padding: LONG, _meta: { padding: LONG } };
    const { writes } = await costOf(() =>
      session.send(1, { jsonrpc: "2.0", method: "notifications/cancelled", params }),
    );
    expect(writes).toBeLessThanOrEqual(MOST_WRITES / 10);
    await expectCheapCalls(session);
  });

  test("costs little: progress, however much of it there is", async () => {
    const { open, costOf, written } = startMetered();
    const session = await open(CLIENT);
    const { stream, id } = await asked(session, "watched");
    const progress = (step: number, padding = "") => ({
      ...{ jsonrpc: "2.0", method: "notifications/progress" },
      params: { progressToken: id, progress: step, padding },
    });
    const { writes } = await costOf(() => session.send(1, progress(1, LONG)));
    expect(writes).toBeLessThanOrEqual(MOST_WRITES / 10);
    for (let step = 2; step <= 300; step++) await session.send(1, progress(step));
    const kept = new Set(written.filter(({ sort }) => sort.startsWith("progress/")).map(({ sort }) => sort));
    expect(kept.size).toBe(200);
    await session.send(2, { jsonrpc: "2.0", id, result: sampled("Hm.") });
    const { message } = await stream.message();
    const seen: number[] = JSON.parse(
      (message as { result: { content: { text: string }[] } }).result.content[0]?.text ?? "",
    );
    expect(seen.at(-1)).toBe(300);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  test("is not stored: progress on no question", async () => {
    const { open, costOf } = startMetered();
    const session = await open();
    const params = { progressToken: "mine", progress: 1, message: "x" };
    const { writes } = await costOf(() =>
      session.send(1, { jsonrpc: "2.0", method: "notifications/progress", params }),
    );
    expect(writes).toBe(0);
  });
});

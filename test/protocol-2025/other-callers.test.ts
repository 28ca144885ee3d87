import type { McpServer } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import type { FactoryContext } from "../../src/index.ts";
import { anyUser } from "../protocol-2026/instances.ts";
import { startInstances } from "./instances.ts";
import { createSessionServer } from "./session-servers.ts";
import { readStream } from "./stream-reader.ts";

test("another principal can neither read a session, nor answer in it, nor end it", async () => {
  const instances = startInstances(createSessionServer(), { verifier: anyUser, audit: "off" });
  const ada = { headers: { authorization: "Bearer ada" } };
  const session = await instances.open({ capabilities: { elicitation: {} }, ...ada });
  const stream = readStream(await session.call(0, "name", {}, ada));
  const { message: question, id: eventId = "" } = await stream.message();
  const headers = {
    authorization: "Bearer bob",
    "mcp-session-id": session.id,
    "mcp-protocol-version": "2025-11-25",
  };
  const reply = (name: string): object => ({
    jsonrpc: "2.0",
    id: question.id,
    result: { action: "accept", content: { name } },
  });
  const [, instance] = instances.instances;
  const cancelled = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } };
  for (const attempt of [
    instance(reply("Bob"), { headers }),
    instance(cancelled, { headers }),
    instance(undefined, { method: "GET", headers }),
    instance(undefined, { method: "GET", headers: { ...headers, "last-event-id": eventId } }),
    instance(undefined, { method: "DELETE", headers }),
  ]) {
    expect((await attempt).status).toBe(404);
  }
  expect((await session.send(2, reply("Ada"), ada)).status).toBe(202);
  expect(JSON.stringify((await stream.message()).message)).toContain("Ada");
});

test("a request that another caller's session has under the same id is neither cancelled nor answered by it", async () => {
  const cancelled: Record<string, string[]> = { ada: [], bob: [] };
  const factory = (context: FactoryContext): McpServer =>
    createSessionServer({ cancelled: cancelled[context.authInfo?.token ?? ""] ?? [], initialized: [] })(context);
  const instances = startInstances(factory, { verifier: anyUser, audit: "off" });
  const [ada, bob] = [{ authorization: "Bearer ada" }, { authorization: "Bearer bob" }];
  const [adas, bobs] = [await instances.open({ headers: ada }), await instances.open({ headers: bob })];
  const hang = { jsonrpc: "2.0", id: 77, method: "tools/call", params: { name: "hang", arguments: {} } };
  const cancellation = (reason: string): object => ({
    jsonrpc: "2.0",
    method: "notifications/cancelled",
    params: { requestId: 77, reason },
  });
  const hanging = [adas.send(0, hang), bobs.send(1, hang)];
  expect((await bobs.send(2, cancellation("by bob"))).status).toBe(202);
  await expect.poll(() => cancelled).toEqual({ ada: [], bob: ["by bob"] });
  await adas.send(2, cancellation("by ada"));
  await expect.poll(() => cancelled).toEqual({ ada: ["by ada"], bob: ["by bob"] });
  await Promise.all(hanging);
});

test("the stream of another caller's request cannot be resumed in a session of one's own", async () => {
  const instances = startInstances(createSessionServer(), { verifier: anyUser, audit: "off" });
  const ada = await instances.open({ headers: { authorization: "Bearer ada" } });
  const bob = await instances.open({ headers: { authorization: "Bearer bob" } });
  const stream = readStream(await ada.call(0, "steps", { count: 1, gapMs: 1 }));
  const { id } = await stream.message();
  expect((await bob.get(1, id)).status).toBe(400);
  await stream.rest();
});

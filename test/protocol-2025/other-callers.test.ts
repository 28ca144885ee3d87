import { expect, test } from "vitest";
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

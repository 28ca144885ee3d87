import { expect, test } from "vitest";
import { entrySource } from "../../cli/build/entry/entry-source.ts";
import { type RequestRecord, warmUp } from "../../src/adapter.ts";
import { createMcpEndpoint } from "../../src/index.ts";
import { callOnce } from "../../src/warm-up.ts";
import { createEverything } from "../protocol-2026/differential/everything-server.ts";
import { callerOf, modernCall } from "../support/messages.ts";

test("the call that warms a process up is one that is answered", async () => {
  const { status, body } = await callOnce();
  expect([status, JSON.parse(String(body))]).toEqual([
    200,
    expect.objectContaining({ result: expect.objectContaining({ content: [{ type: "text", text: "" }] }) }),
  ]);
});

test("the first request after it is still the one that a process began with", async () => {
  await warmUp();
  const records: RequestRecord[] = [];
  const call = callerOf(createMcpEndpoint(() => createEverything(), { log: (record) => records.push(record) }));
  await call(...modernCall("tools/call", { name: "echo", arguments: { text: "hi" } }));
  expect(records).toEqual([expect.objectContaining({ status: 200, coldStart: true })]);
});

test("servers are warmed up on Lambda, and handlers of the user's own are left alone", () => {
  expect(entrySource("/server.ts", "server", "aws")).toContain("await warmUp();");
  expect(entrySource("/server.ts", "handler", "aws")).not.toContain("warmUp");
  expect(entrySource("/server.ts", "server", "gcp")).not.toContain("warmUp");
});

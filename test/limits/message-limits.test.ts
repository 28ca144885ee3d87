import { expect, test, vi } from "vitest";
import { messageProblem } from "../../src/limits/json.ts";
import { startInstances } from "../protocol-2025/instances.ts";
import { instanceOf } from "../protocol-2026/instances.ts";
import { legacyRequest, modernCall, textOf } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";
import { refusalIn } from "./refusal.ts";

test.each([2 ** 53, -(2 ** 53), 1.5])("an id that is no exact number, such as %d, is not repeated", (id) => {
  for (const message of [
    { jsonrpc: "2.0", id, method: "ping" },
    [{ jsonrpc: "2.0", id, method: "ping" }],
    { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id } },
    { jsonrpc: "2.0", id: null, method: "ping", params: { _meta: { progressToken: id } } },
  ]) {
    const refused = messageProblem(message);
    expect([refused?.status, JSON.parse(String(refused?.body)).id]).toEqual([400, null]);
  }
  expect(messageProblem({ jsonrpc: "2.0", id: Number.MAX_SAFE_INTEGER, method: "ping" })).toBeUndefined();
});

const long = (length: number): string => "x".repeat(length);

test.each([
  ["id", 256, (text: string) => ({ jsonrpc: "2.0", id: text, method: "ping" })],
  ["id", 256, (id: string) => ({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id } })],
  ["id", 256, (id: string) => ({ jsonrpc: "2.0", id: 1, method: "tasks/get", params: { taskId: id } })],
  ["id", 256, (id: string) => ({ jsonrpc: "2.0", id: 1, method: "ping", params: { _meta: { progressToken: id } } })],
  [
    "id",
    256,
    (id: string) => [
      { jsonrpc: "2.0", id: 1, method: "ping" },
      { jsonrpc: "2.0", id, result: {} },
    ],
  ],
  [
    "id",
    256,
    (id: string) => ({ jsonrpc: "2.0", method: "notifications/progress", params: { progressToken: id, progress: 1 } }),
  ],
  [
    "reason or message",
    1024,
    (reason: string) => ({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1, reason } }),
  ],
  [
    "reason or message",
    1024,
    (message: string) => ({ jsonrpc: "2.0", method: "notifications/progress", params: { progressToken: 1, message } }),
  ],
  ["method", 128, (method: string) => ({ jsonrpc: "2.0", id: 1, method })],
  ["URI", 8192, (uri: string) => ({ jsonrpc: "2.0", id: 1, method: "resources/subscribe", params: { uri } })],
  ["name", 256, (name: string) => ({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name } })],
])("an %s has at most %i characters", (what, length, message) => {
  expect(messageProblem(message(long(length)))).toBeUndefined();
  const refused = messageProblem(message(long(length + 1)));
  expect(refused?.status).toBe(400);
  expect(refused?.body).toMatch(new RegExp(`a?n? ?${what} has at most ${length} characters`));
  // The response does not repeat a name that is too long.
  expect(refused?.body).not.toContain(long(200));
});

test.each([
  ["resources", Array(201).fill("note://a"), "a subscription has at most 200 resources"],
  ["characters", ["x".repeat(70_000)], "a subscription has at most 65536 characters"],
])(
  "a subscription with too many %s is refused before the policy or a server is asked",
  async (_what, uris, problem) => {
    const listen = (resourceSubscriptions: readonly string[]) =>
      modernCall("subscriptions/listen", { notifications: { resourceSubscriptions } });
    const server = vi.fn(createV2Server);
    const decide = vi.fn(() => ({ allowed: true, policies: [] }));
    const at = instanceOf({ createServer: server, policy: { decide } } as never, { audit: "off" });
    expect(await refusalIn(await at(...listen(uris)))).toEqual([
      400,
      -32600,
      expect.stringContaining(problem),
      expect.any(Number),
    ]);
    expect([server, decide].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    expect((await at(...listen(["note://a"]))).status).toBe(200);
  },
);

test("a batch is let in up to 50 messages, where there are batches", async () => {
  const { open } = startInstances(createV2Server);
  const session = await open({ protocolVersion: "2025-03-26" });
  const batch = (count: number): object[] => Array.from({ length: count }, () => legacyRequest("ping"));
  const answered = await session.send(0, batch(50));
  expect([answered.status, JSON.parse(await textOf(answered)).length]).toEqual([200, 50]);
  const refused = await session.send(0, batch(51));
  expect(await refusalIn(refused)).toEqual([400, -32600, "Invalid request: a batch has at most 50 messages.", null]);
});

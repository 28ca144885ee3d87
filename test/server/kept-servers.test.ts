import { McpServer as V1Server } from "@modelcontextprotocol/sdk/server/mcp.js";
import { describe, expect, test } from "vitest";
import { counted } from "../protocol-2026/counted-factory.ts";
import type { Sent } from "../protocol-2026/differential/requests.ts";
import { instanceOf, textResult } from "../protocol-2026/instances.ts";
import { legacyRequest, messagesOf, modernCall, textOf } from "../support/messages.ts";

function modern(name: string, id?: string | number): Sent {
  const [message, options] = modernCall("tools/call", { name, arguments: {} });
  return { message: { ...(message as object), ...(id !== undefined && { id }) }, options };
}

const legacy = (name: string, id?: string | number): Sent => ({
  message: { ...legacyRequest("tools/call", { name, arguments: {} }), ...(id !== undefined && { id }) },
  options: { headers: { "mcp-protocol-version": "2025-11-25" } },
});

describe.each([
  ["2026-07-28", modern],
  ["2025-11-25", legacy],
])("a kept server of %s", (_era, sent) => {
  test("that was closed while it waited is not used again", async () => {
    let close: () => Promise<void> = async () => {};
    const { factory, built } = counted((server) => {
      server.registerTool("plain", {}, async () => {
        close = () => server.close();
        return textResult("done");
      });
    });
    const call = instanceOf(factory, {});
    for (let n = 1; n <= 4; n++) {
      const { message, options } = sent("plain");
      const invocation = { deadline: AbortSignal.timeout(2_000) };
      expect(await textOf(await call(message, { ...options, invocation }))).toContain("done");
      await close();
    }
    expect(built()).toBe(4);
  });

  test("that changed while it waited is not used again", async () => {
    let change = (): void => {};
    const { factory, built } = counted((server) => {
      server.registerTool("plain", {}, async () => {
        change = () => void server.registerTool("more", {}, async () => textResult("more"));
        return textResult("done");
      });
    });
    const call = instanceOf(factory, {});
    for (let n = 1; n <= 4; n++) {
      const { message, options } = sent("plain");
      expect(await textOf(await call(message, options))).toContain("done");
      change();
      await new Promise(setImmediate);
    }
    expect(built()).toBe(4);
  });

  test("tells nobody what an earlier handler says too late, whatever id its caller chose", async () => {
    let sayLate: () => Promise<void> = async () => {};
    let goOn: (() => void) | undefined;
    const { factory } = counted((server) => {
      server.registerTool("first", {}, async (ctx) => {
        sayLate = () =>
          ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken: 1, progress: 1 } });
        return textResult("done");
      });
      server.registerTool("second", {}, async () => {
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
        return textResult("mine alone");
      });
    });
    const call = instanceOf(factory, {});
    for (const { message, options } of [sent("first"), sent("first", "call 2")]) await call(message, options);
    const { message, options } = sent("second", 1);
    const second = call(message, options);
    await expect.poll(() => goOn).toBeDefined();
    await sayLate();
    goOn?.();
    expect(await messagesOf(await second)).toEqual([expect.objectContaining({ id: 1, result: expect.anything() })]);
  });
});

test("no server of SDK v1 gathers the questions that it could not ask", async () => {
  const servers: V1Server[] = [];
  const call = instanceOf(() => {
    const server = new V1Server({ name: "asking", version: "1" });
    servers.push(server);
    server.registerTool("ask", {}, async () => textResult(await server.server.ping().then(String, String)));
    return server;
  }, {});
  for (let n = 0; n < 50; n++) {
    const { message, options } = legacy("ask");
    await call(message, options);
  }
  const waiting = servers.map(
    ({ server }) => (server as unknown as { _responseHandlers: Map<number, unknown> })._responseHandlers.size,
  );
  expect(Math.max(...waiting)).toBeLessThan(5);
});

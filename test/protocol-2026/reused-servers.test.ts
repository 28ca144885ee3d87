import { McpServer } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import * as z from "zod/v4";
import type { ServerFactory } from "../../src/index.ts";
import { messagesOf, modernCall, textOf } from "../support/messages.ts";
import { counted, plain } from "./counted-factory.ts";
import { instanceOf, textResult } from "./instances.ts";

const REGION = z.object({ region: z.string().meta({ "x-mcp-header": "Region" }) });

/** A tool whose calls are for the SDK's own entry. */
const regional = (server: McpServer): void =>
  void server.registerTool("regional", { inputSchema: REGION }, async ({ region }) => textResult(region));

function regionalCall(): ReturnType<typeof modernCall> {
  const [message, { headers }] = modernCall("tools/call", { name: "regional", arguments: { region: "eu" } });
  return [message, { headers: { ...headers, "mcp-param-region": "eu" } }];
}

test("a factory that is told nothing and has shown that it builds, builds no more for calls that come one by one", async () => {
  const { factory, built } = counted(plain);
  const call = instanceOf(factory, {});
  for (let n = 0; n < 5; n++) await call(...modernCall("tools/call", { name: "plain", arguments: {} }));
  expect(built()).toBe(2);
  const apart = instanceOf(factory, { fastPath: false });
  for (let n = 0; n < 3; n++) await apart(...modernCall("tools/call", { name: "plain", arguments: {} }));
  expect(built()).toBe(5);
});

test("a factory that hands out one server again may do so for calls of every kind", async () => {
  const server = new McpServer({ name: "reused", version: "1" });
  plain(server);
  regional(server);
  const call = instanceOf(() => server, {});
  for (let n = 0; n < 3; n++) {
    expect((await call(...modernCall("tools/call", { name: "plain", arguments: {} }))).status).toBe(200);
    expect(await textOf(await call(...regionalCall()))).toContain('"text":"eu"');
  }
});

test("calls at one time have a server each", async () => {
  let running = 0;
  const { factory, built } = counted((server) => {
    let here = 0;
    server.registerTool("meet", {}, async () => {
      expect(++here).toBe(1);
      running++;
      while (running < 3) await new Promise(setImmediate);
      here--;
      return textResult("met");
    });
  });
  const call = instanceOf(factory, {});
  const answers = await Promise.all([1, 2, 3].map(() => call(...modernCall("tools/call", { name: "meet" }))));
  expect(await Promise.all(answers.map(textOf))).toEqual([1, 2, 3].map(() => expect.stringContaining("met")));
  expect(built()).toBe(3);
});

test.each<[string, (build: () => McpServer) => ServerFactory]>([
  ["names the request", (build) => (_context) => build()],
  [
    "takes whatever it is given",
    (build) =>
      (...all) =>
        all.length > 0 ? build() : build(),
  ],
  [
    "looks at what it is given",
    (build) =>
      function factory() {
        // biome-ignore lint/complexity/noArguments: what is tested
        return arguments.length > 0 ? build() : build();
      },
  ],
  ["does not show its text", (build) => build.bind(undefined)],
  [
    "has a default for it",
    (build) =>
      (_context = undefined as never) =>
        build(),
  ],
])("a factory that %s builds a server for each call", async (_how, wrap) => {
  const { factory, built } = counted(plain);
  const call = instanceOf(wrap(factory as () => McpServer), {});
  for (let n = 0; n < 3; n++) await call(...modernCall("tools/call", { name: "plain", arguments: {} }));
  expect(built()).toBe(3);
});

test("a server that changed its own tools is not used again", async () => {
  const { factory, built } = counted((server) => {
    const tool = server.registerTool("once", {}, async () => {
      tool.disable();
      return textResult("this once");
    });
  });
  const call = instanceOf(factory, {});
  for (let n = 0; n < 2; n++) {
    const answer = await call(...modernCall("tools/call", { name: "once" }));
    expect(await textOf(answer)).toContain("this once");
  }
  expect(built()).toBe(2);
});

test("a call that is not for it leaves a server for the next one", async () => {
  const { factory, built } = counted((server) => {
    plain(server);
    regional(server);
  });
  const call = instanceOf(factory, {});
  for (let n = 0; n < 2; n++) await call(...modernCall("tools/call", { name: "plain", arguments: {} }));
  expect(await textOf(await call(...regionalCall()))).toContain('"text":"eu"');
  // The SDK's own entry has one of its own.
  expect(built()).toBe(3);
  await call(...modernCall("tools/call", { name: "plain", arguments: {} }));
  expect(built()).toBe(3);
});

test("what a handler says too late reaches no other call, though its id is the same", async () => {
  let sayLate: () => Promise<void> = async () => {};
  let isWaiting = (): void => {};
  const waiting = new Promise<void>((resolve) => {
    isWaiting = resolve;
  });
  let goOn = (): void => {};
  const { factory, built } = counted((server) => {
    server.registerTool("first", {}, async (ctx) => {
      sayLate = () =>
        ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken: 1, progress: 1 } });
      return textResult("done");
    });
    server.registerTool("second", {}, async () => {
      isWaiting();
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return textResult("mine alone");
    });
  });
  const call = instanceOf(factory, {});
  const withId = (name: string): Parameters<typeof call> => {
    const [message, options] = modernCall("tools/call", { name });
    return [{ ...(message as object), id: 1 }, options];
  };
  // The second one is the first whose server is kept.
  for (let n = 0; n < 2; n++) await call(...withId("first"));
  const second = call(...withId("second"));
  await waiting;
  await sayLate();
  goOn();
  expect(await messagesOf(await second)).toEqual([expect.objectContaining({ id: 1, result: expect.anything() })]);
  expect(built()).toBe(2);
});

test("a handler learns that its client left, and its server is not used again", async () => {
  let noticed = 0;
  const { factory, built } = counted((server) => {
    server.registerTool("wait", {}, async (ctx) => {
      await new Promise<void>((resolve) => ctx.mcpReq.signal.addEventListener("abort", () => resolve()));
      noticed++;
      return textResult("unheard");
    });
  });
  const call = instanceOf(factory, {});
  for (let n = 1; n <= 2; n++) {
    const client = new AbortController();
    const [message, options] = modernCall("tools/call", { name: "wait" });
    const answer = call(message, { ...options, invocation: { signal: client.signal } });
    await new Promise(setImmediate);
    client.abort();
    expect((await answer).status).toBe(499);
    await expect.poll(() => noticed).toBe(n);
  }
  expect(built()).toBe(2);
});

test("who stops reading a stream has left", async () => {
  let noticed = false;
  const { factory } = counted((server) => {
    server.registerTool("talk", {}, async (ctx) => {
      await ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken: 1, progress: 1 } });
      await new Promise<void>((resolve) => ctx.mcpReq.signal.addEventListener("abort", () => resolve()));
      noticed = true;
      return textResult("unheard");
    });
  });
  const { body } = await instanceOf(factory, {})(...modernCall("tools/call", { name: "talk" }));
  for await (const chunk of body as AsyncIterable<string>) {
    expect(chunk).toContain("notifications/progress");
    break;
  }
  await expect.poll(() => noticed).toBe(true);
});

import { McpServer } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import * as z from "zod/v4";
import { plain } from "../protocol-2026/counted-factory.ts";
import { answerOf } from "../protocol-2026/differential/derived.ts";
import type { Sent } from "../protocol-2026/differential/requests.ts";
import { instanceOf, textResult } from "../protocol-2026/instances.ts";
import { legacyRequest, modernCall, textOf } from "../support/messages.ts";

// A factory that is told nothing, and builds nothing either: it hands out one server again and again.

function createOne(): McpServer {
  const server = new McpServer({ name: "one", version: "1" });
  plain(server);
  const region = z.string().meta({ "x-mcp-header": "Region" });
  server.registerTool("regional", { inputSchema: z.object({ region }) }, async (input) => textResult(input.region));
  return server;
}

const PLAIN = { name: "plain", arguments: {} };
const REGIONAL = { name: "regional", arguments: { region: "eu" } };

function modern(params: { name: string; arguments: object }): Sent {
  const [message, { headers }] = modernCall("tools/call", params);
  return { message, options: { headers: { ...headers, "mcp-param-region": "eu" } } };
}

const legacy = (method: string, params: object = {}): Sent => ({
  message: legacyRequest(method, params),
  options: { headers: { "mcp-protocol-version": "2025-11-25" } },
});

const MODERN = [modern(PLAIN), modern(REGIONAL), modern(PLAIN)];
const LEGACY = [legacy("tools/call", PLAIN), legacy("tools/call", REGIONAL), legacy("ping"), legacy("tools/list")];

test("a server that is handed out again serves calls of every kind", async () => {
  const server = createOne();
  const call = instanceOf(() => server, {});
  for (const { message, options } of [...LEGACY, ...LEGACY, ...MODERN, ...MODERN]) {
    const text = await textOf(await call(message, options));
    expect(text).toMatch(/"text":"(done|eu)"|"result":\{\}|"tools":\[/);
  }
});

// The SDK leaves a server at the revision of its last 2026-07-28 call, so what a 2025 client gets then is no better without us.
test("with the eras in turn, it answers as it does where every call goes the long way", async () => {
  const [short, long] = [createOne(), createOne()];
  const direct = instanceOf(() => short, {});
  const entry = instanceOf(() => long, { fastPath: false });
  for (let n = 0; n < 3; n++) {
    for (const [at, request] of LEGACY.entries()) {
      for (const one of [request, MODERN[at % MODERN.length] ?? request]) {
        expect(await answerOf(direct, one)).toEqual(await answerOf(entry, one));
      }
    }
  }
});

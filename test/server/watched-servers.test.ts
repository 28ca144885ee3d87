import { type JSONRPCMessage, McpServer, type Transport } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import { createMcpEndpoint } from "../../src/index.ts";
import { textResult } from "../protocol-2026/instances.ts";
import { callerOf, legacyRequest, modernCall, textOf } from "../support/messages.ts";

function createServer(): McpServer {
  const server = new McpServer({ name: "watched", version: "1" });
  server.registerTool("plain", {}, async () => textResult("done"));
  return server;
}

const methodsIn = (seen: readonly JSONRPCMessage[]): string[] =>
  seen.map((message) => ("method" in message ? message.method : "response"));

/** As error tracking wraps servers: behind the real `connect`, the transport's callbacks are replaced. */
function watchCallbacks(server: McpServer, seen: JSONRPCMessage[]): McpServer {
  const connect = server.connect.bind(server);
  server.connect = async (transport: Transport) => {
    await connect(transport);
    const { onmessage } = transport;
    const send = transport.send.bind(transport);
    transport.onmessage = (message, extra) => {
      seen.push(message);
      onmessage?.(message, extra);
    };
    transport.send = (message, options) => {
      seen.push(message);
      return send(message, options);
    };
  };
  return server;
}

/** As others do: the server is connected to a transport that stands before the real one. */
function watchThrough(server: McpServer, seen: JSONRPCMessage[]): McpServer {
  const connect = server.connect.bind(server);
  server.connect = (transport: Transport) => {
    const before: Transport = {
      start: () => transport.start(),
      close: () => transport.close(),
      send(message, options) {
        seen.push(message);
        return transport.send(message, options);
      },
    };
    transport.onmessage = (message, extra) => {
      seen.push(message);
      before.onmessage?.(message, extra);
    };
    return connect(before);
  };
  return server;
}

/** And as others: the transport that the server is connected to is the real one, behind a proxy. */
function watchByProxy(server: McpServer, seen: JSONRPCMessage[]): McpServer {
  const connect = server.connect.bind(server);
  const handlers: ProxyHandler<Transport> = {
    get(transport, property) {
      const value: unknown = Reflect.get(transport, property);
      if (property !== "send") return typeof value === "function" ? value.bind(transport) : value;
      return (message: JSONRPCMessage, options: never) => {
        seen.push(message);
        return transport.send(message, options);
      };
    },
    set(transport, property, value) {
      const listener = value as Transport["onmessage"];
      const watched: Transport["onmessage"] = (message, extra) => {
        seen.push(message);
        listener?.(message, extra);
      };
      return Reflect.set(transport, property, property === "onmessage" ? watched : value);
    },
  };
  server.connect = (transport: Transport) => connect(new Proxy(transport, handlers));
  return server;
}

test.each([
  ["behind its connection", watchCallbacks],
  ["by a transport before it", watchThrough],
  ["through a proxy of its transport", watchByProxy],
])("who watches a server %s sees every call and every answer, of both eras", async (_how, watch) => {
  const seen: JSONRPCMessage[] = [];
  let built = 0;
  const factory = (): McpServer => {
    built++;
    return watch(createServer(), seen);
  };
  const call = callerOf(createMcpEndpoint(factory, { logLevel: "silent" }));
  const calls = 4;
  for (let n = 0; n < calls; n++) {
    expect(await textOf(await call(...modernCall("tools/call", { name: "plain" })))).toContain("done");
    const headers = { "mcp-protocol-version": "2025-11-25" };
    const request = legacyRequest("tools/call", { name: "plain", arguments: {} });
    expect(await textOf(await call(request, { headers }))).toContain("done");
  }
  expect(methodsIn(seen)).toEqual(Array.from({ length: 2 * calls }, () => ["tools/call", "response"]).flat());
  expect(built).toBe(2 * calls);
});

test("code that watches a server is told of its end, too", async () => {
  let ended = 0;
  const call = callerOf(
    createMcpEndpoint(
      () => {
        const server = createServer();
        const connect = server.connect.bind(server);
        server.connect = async (transport: Transport) => {
          await connect(transport);
          const { onclose } = transport;
          transport.onclose = () => {
            ended++;
            onclose?.();
          };
        };
        return server;
      },
      { logLevel: "silent" },
    ),
  );
  for (let n = 0; n < 3; n++) await call(...modernCall("tools/call", { name: "plain" }));
  await expect.poll(() => ended).toBe(3);
});

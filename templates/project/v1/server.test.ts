import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { createServer } from "./server.ts";

test("greet greets by name", async () => {
  const client = new Client({ name: "test", version: "0.1.0" });
  const [ofClient, ofServer] = InMemoryTransport.createLinkedPair();
  await createServer().connect(ofServer);
  await client.connect(ofClient);
  const { content } = await client.callTool({ name: "greet", arguments: { name: "Ada" } });
  assert.deepEqual(content, [{ type: "text", text: "Hello, Ada!" }]);
  await client.close();
});

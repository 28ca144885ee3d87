import { expect, test } from "vitest";
import { headerProblem } from "../../src/limits/headers.ts";
import { instanceOf } from "../protocol-2026/instances.ts";
import { legacyRequest } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";
import { refusalIn } from "./refusal.ts";

const call = instanceOf(createV2Server, { maxHeaderBytes: 2048 });

test.each([
  ["a", 100],
  ["é", 200],
  ["€", 300],
  ["😀", 400],
])("headers are let in up to their sum, names and values, in bytes: a hundred times %s", (character, bytes) => {
  const headers = { host: "mcp.example", "x-long": character.repeat(100) };
  const sum = 4 + 11 + 6 + bytes;
  const sent = { method: "POST", url: "/mcp", headers };
  expect(headerProblem(sent, { maxHeaderBytes: sum })).toBeUndefined();
  expect(headerProblem(sent, { maxHeaderBytes: sum - 1 })?.status).toBe(431);
});

test("headers that are too large are refused before anything is read of them, on every path", async () => {
  const headers = { "x-large": "a".repeat(2048), host: "malformed host" };
  const message = "The headers are too large: 2048 bytes are the most that is accepted.";
  for (const url of ["/mcp", "/health", "/elsewhere"]) {
    expect(await refusalIn(await call(legacyRequest("ping"), { headers, url }))).toEqual([431, -32000, message, null]);
  }
});

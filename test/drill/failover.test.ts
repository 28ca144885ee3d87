import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Emulator } from "../../emulators/emulator.ts";
import { type LocalTable, startLocalTable } from "../../emulators/local-table.ts";
import { type ChaosClient, createChaosClient } from "../chaos/chaos-client.ts";
import { runSession } from "../chaos/session-run.ts";
import { type FaultProxy, startFaultProxy } from "../store/fault-proxy.ts";
import { startIngress } from "../support/ingresses.ts";
import { type Switchboard, startSwitchboard } from "./switchboard.ts";

const entry = fileURLToPath(new URL("./servers/two-clouds.ts", import.meta.url));
const plan = { name: "session", steps: 2, gapMs: 20 };

let table: LocalTable;
/** The way from Google's cloud to the table. */
let link: FaultProxy;
let google: Emulator;
let azure: Emulator;
let address: Switchboard;
beforeAll(async () => {
  table = await startLocalTable();
  // Two clouds are one server when they share the table and the keys.
  const environment = {
    ...table.environment,
    MCP_ANYCLOUD_STATE_KEYS: `a:${randomBytes(32).toString("base64")}`,
  };
  link = await startFaultProxy(table.url);
  google = await startIngress("gcp", {
    entry,
    environment: { ...environment, AWS_ENDPOINT_URL_DYNAMODB: link.endpoint },
  });
  azure = await startIngress("azure", { entry, environment });
  address = await startSwitchboard(google.url);
});
beforeEach(() => address.failOver(google.url));
afterAll(async () => {
  await address?.close();
  if (link) link.plan = () => "reset";
  await Promise.all([google?.close(), azure?.close()]);
  await link?.close();
  await table?.close();
});

/** A client that comes with its session to one address, and does something while the question of its n-th call is open. */
function clientThat(atQuestion: (call: number) => void): ChaosClient {
  const client = createChaosClient({ pickPort: () => address.port, deadline: AbortSignal.timeout(100_000) });
  let calls = 0;
  return {
    ...client,
    call(request, onQuestion) {
      const call = ++calls;
      return client.call(request, (question) => {
        atQuestion(call);
        return onQuestion(question);
      });
    },
  };
}

test("a session, its streams and an open question go on at another cloud, and come back", async () => {
  const client = clientThat((call) => {
    if (call === 1) address.failOver(azure.url);
    if (call === 3) address.failOver(google.url);
  });
  // Each call is answered once, in order and with its own word; each announcement came once.
  const { violations, ...report } = await runSession(client, { ...plan, pausesMs: [0, 0, 0, 0] });
  expect(violations).toEqual([]);
  expect(report).toMatchObject({ succeeded: 4, failed: 0 });
  expect(report.resumed).toBeGreaterThanOrEqual(2);
});

test("a client of 2026-07-28 answers at one cloud what another asked", async () => {
  const client = new Client(
    { name: "drill", version: "1.0.0" },
    { capabilities: { elicitation: {} }, versionNegotiation: { mode: "auto" } },
  );
  let questions = 0;
  client.setRequestHandler("elicitation/create", async () => {
    questions += 1;
    if (questions === 1) address.failOver(azure.url);
    if (questions === 2) address.failOver(google.url);
    // People take longer than a connection that was reset.
    await sleep(100);
    return { action: "accept" as const, content: { word: "yes" } };
  });
  await client.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${address.port}/mcp`)));
  expect(client.getNegotiatedProtocolVersion()).toBe("2026-07-28");
  for (const nonce of ["first", "second", "third"]) {
    const { content } = await client.callTool({ name: "confirm", arguments: { nonce } });
    expect(content).toEqual([{ type: "text", text: `yes for ${nonce}` }]);
  }
  expect(questions).toBe(3);
  await client.close();
});

test("a call whose cloud lost the table, too, ends with one error, and its session goes on at another cloud", async () => {
  const client = clientThat((call) => {
    if (call !== 2) return;
    address.failOver(azure.url);
    link.plan = () => "black hole";
  });
  const { violations, ...report } = await runSession(client, { ...plan, pausesMs: [0, 0, 0] });
  expect(violations).toEqual([]);
  expect(report).toMatchObject({ succeeded: 2, failed: 1 });
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HttpHandler, type HttpRequest, readConfig } from "../../src/adapter.ts";
import { createMcpEndpoint } from "../../src/index.ts";
import { legacyRequest, textOf } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";
import { type AttackAnswer, type AttackRequest, verdictOn } from "./attack.ts";
import { type AttackTarget, createAttackTarget } from "./attack-target.ts";
import { ATTACKS } from "./attacks.ts";

let target: AttackTarget;
let handler: HttpHandler;
const log: unknown[] = [];

beforeAll(async () => {
  target = await createAttackTarget("https://mcp.example/mcp");
  const { publicUrl, tokenIssuers, requiredScopes } = readConfig(target.environment);
  handler = createMcpEndpoint(createV2Server, {
    ...(publicUrl && { publicUrl }),
    ...(tokenIssuers && { tokenIssuers }),
    ...(requiredScopes && { requiredScopes }),
    audit: "off",
    log: (record) => log.push(record),
  });
});
afterAll(() => target?.close());

const call = JSON.stringify(legacyRequest("tools/call", { name: "echo", arguments: { text: "in" } }));

/** The request as an adapter hands it over. */
function toRequest({ method = "POST", url = "/mcp", headers = [], body = call }: AttackRequest): HttpRequest {
  const mcp = { host: "mcp.example", "content-type": "application/json", accept: "application/json" };
  const lines = Object.groupBy(headers, ([name]) => name);
  const sent = Object.entries(lines).map(([name, values = []]) => [name, values.map(([, value]) => value).join(", ")]);
  return { method, url, headers: { ...mcp, ...Object.fromEntries(sent) }, ...(body && { body }) };
}

async function attack(request: AttackRequest): Promise<AttackAnswer> {
  const response = await handler(toRequest(request), { requestId: "attack", canStream: true, clientIp: "192.0.2.1" });
  return { status: response.status, headers: response.headers, body: await textOf(response) };
}

describe("an endpoint that asks for tokens withstands", () => {
  test.each(ATTACKS)("$name", async ({ request, expected }) => {
    expect(verdictOn(await attack(await request(target, attack)), expected(target))).toEqual([]);
  });

  test("all of it without a token in the log", () => {
    expect(log.length).toBeGreaterThan(ATTACKS.length - 1);
    expect(JSON.stringify(log)).not.toMatch(/eyJ[\w-]+\./);
  });
});

describe("the table itself", () => {
  test("has a name of its own for every row", () => {
    expect(new Set(ATTACKS.map(({ name }) => name)).size).toBe(ATTACKS.length);
  });

  test("tells an endpoint that lets everybody in", async () => {
    const open = createMcpEndpoint(createV2Server, { logLevel: "silent" });
    const passed: string[] = [];
    for (const { name, request, expected } of ATTACKS) {
      const { status, headers, ...rest } = await open(toRequest(await request(target, attack)), {
        requestId: "x",
        canStream: true,
      });
      const answer = { status, headers, body: await textOf({ status, headers, ...rest }) };
      if (verdictOn(answer, expected(target)).length === 0) passed.push(name);
    }
    // These attacks fail on such an endpoint, too: it has no metadata, it has its own paths, and it checks origins.
    expect(passed.filter((name) => !/^path trick|^nothing: a good|web page|metadata/.test(name))).toEqual([]);
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { createDynamodbStore, type DynamodbStoreOptions } from "../../adapters/aws/dynamodb/dynamodb-store.ts";
import type { ErrorCode, StateStore } from "../../src/adapter.ts";
import type { RequestRecord } from "../../src/http/record/request-record.ts";
import { createMcpEndpoint } from "../../src/index.ts";
import { callerOf, legacyRequest } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";
import { type Engine, standInCredentials, startDynalite } from "./engines.ts";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";

standInCredentials();

let engine: Engine;
let proxy: FaultProxy;
beforeAll(async () => {
  engine = await startDynalite();
  proxy = await startFaultProxy(engine.endpoint);
});
afterAll(async () => {
  await proxy.close();
  await engine.close();
});
afterEach(() => vi.unstubAllEnvs());

const open = (options: Partial<DynamodbStoreOptions> = {}): StateStore =>
  createDynamodbStore({ table: engine.table, endpoint: proxy.endpoint, ...options });

const said = async (store: StateStore, code: ErrorCode = "STORE_MISCONFIGURED"): Promise<string> => {
  const failure = await store.get({ partition: "p", sort: "s" }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code, cause: expect.any(Error) });
  const { message } = failure as Error;
  expect(message).not.toContain(process.env.AWS_SECRET_ACCESS_KEY);
  return message;
};

/** Leaves out the settings of the machine that runs the tests. */
function withoutSettings(...variables: readonly string[]): void {
  vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  for (const variable of ["AWS_PROFILE", ...variables]) vi.stubEnv(variable, undefined);
}

test("a table that is not there", async () => {
  expect(await said(open({ table: "another-table" }))).toMatch(
    /does not have the table another-table .*MCP_ANYCLOUD_TABLE/,
  );
});

test("no region", async () => {
  withoutSettings("AWS_REGION", "AWS_DEFAULT_REGION");
  expect(await said(open())).toBe(
    `AWS cannot be called for the table ${engine.table}: nothing says in which region; set AWS_REGION.`,
  );
});

test("no credentials", async () => {
  withoutSettings("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
  expect(await said(open())).toMatch(/There are no AWS credentials for the table .*: give the function a role/);
});

test.for([
  ["AccessDeniedException", "STORE_MISCONFIGURED", /dynamodb:GetItem, PutItem, UpdateItem, DeleteItem and Query/],
  ["UnrecognizedClientException", "STORE_MISCONFIGURED", /does not accept the credentials/],
  ["ExpiredTokenException", "STORE_MISCONFIGURED", /does not accept the credentials/],
  ["ValidationException", "STORE_MISCONFIGURED", /its keys are the strings pk and sk/],
  ["SomethingNewException", "STORE_UNAVAILABLE", /the cause says why/],
] as const)("%s", async ([error, code, sentence]) => {
  proxy.plan = () => ({ status: 400, error });
  proxy.seen.length = 0;
  expect(await said(open(), code)).toMatch(sentence);
  expect(proxy.seen).toHaveLength(1);
});

test("a secret key that is wrong, once the clock is known to be right", async () => {
  proxy.plan = () => ({ status: 400, error: "InvalidSignatureException" });
  expect(await said(open())).toMatch(/does not accept the credentials for the table/);
});

test("a region that has no DynamoDB, or an endpoint that has no host", async () => {
  // Names below .invalid never resolve (RFC 6761 §6.4).
  const store = open({ endpoint: "http://dynamodb.eu-west-9.invalid" });
  expect(await said(store)).toMatch(/No host has the name .*the table .*dynamodb\.eu-west-9\.invalid.*AWS_REGION/);
});

describe("an endpoint whose table is not set up", () => {
  test.each([
    ["the wrong name", () => open({ table: "another-table" }), /the table another-table/],
    ["no region", () => open(), /set AWS_REGION/],
    ["no permission", () => open(), /dynamodb:GetItem/],
  ])("(%s) says so in its log, and does not tell clients to try again", async (title, store, sentence) => {
    proxy.plan = () => (title === "no permission" ? { status: 400, error: "AccessDeniedException" } : "passes");
    if (title === "no region") withoutSettings("AWS_REGION", "AWS_DEFAULT_REGION");
    const records: RequestRecord[] = [];
    const endpoint = createMcpEndpoint(createV2Server, {
      store: store(),
      rateLimits: [{ of: "address", limit: 1_000, windowSeconds: 60 }],
      log: (record) => records.push(record),
    });
    for (let turn = 0; turn < 2; turn++) {
      const response = await callerOf(endpoint)(legacyRequest("tools/list"));
      expect(response).toMatchObject({ status: 500, body: expect.stringContaining("not set up rightly") });
      expect(response.headers).not.toHaveProperty("retry-after");
      expect(response.body).not.toMatch(/another-table|AWS_REGION|dynamodb/i);
    }
    expect(records.map(({ level, error }) => [level, error])).toEqual(
      Array(2).fill(["error", expect.stringMatching(sentence)]),
    );
  });
});

test("endpoint and region come from the variables that AWS's own tools read", async () => {
  proxy.plan = () => "passes";
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", proxy.endpoint);
  proxy.seen.length = 0;
  await createDynamodbStore({ table: engine.table }).get({ partition: "p", sort: "s" });
  expect(proxy.seen).toEqual(["GetItem"]);
});

test("every read asks for what was written last", async () => {
  const bodies: string[] = [];
  proxy.plan = (operation, _nth, body) => {
    if (operation === "GetItem" || operation === "Query") bodies.push(body);
    return "passes";
  };
  const item = { partition: "consistent", sort: "s", value: "v".repeat(500_000), expiresAt: 9_999_999_999 };
  await open().put(item);
  await open().get(item);
  await open().list(item.partition, { prefix: "s", limit: 1 });
  expect(bodies.length).toBe(6);
  expect(bodies.every((body) => JSON.parse(body).ConsistentRead === true)).toBe(true);
});

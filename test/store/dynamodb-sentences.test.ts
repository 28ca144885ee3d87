import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { createDynamodbStore, type DynamodbStoreOptions } from "../../adapters/aws/dynamodb/dynamodb-store.ts";
import type { StateStore } from "../../src/adapter.ts";
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

const said = async (store: StateStore): Promise<string> => {
  const failure = await store.get({ partition: "p", sort: "s" }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "STORE_UNAVAILABLE", cause: expect.any(Error) });
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
  ["AccessDeniedException", /dynamodb:GetItem, PutItem, UpdateItem, DeleteItem and Query/],
  ["UnrecognizedClientException", /does not accept the credentials/],
  ["ExpiredTokenException", /does not accept the credentials/],
  ["ValidationException", /its keys are the strings pk and sk/],
  ["SomethingNewException", /the cause says why/],
] as const)("%s", async ([error, sentence]) => {
  proxy.plan = () => ({ status: 400, error });
  proxy.seen.length = 0;
  expect(await said(open())).toMatch(sentence);
  expect(proxy.seen).toHaveLength(1);
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

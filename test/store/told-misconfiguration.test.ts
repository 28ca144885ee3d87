import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { McpServer } from "@modelcontextprotocol/server";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createDynamodbStore } from "../../adapters/aws/dynamodb/dynamodb-store.ts";
import { openConfiguredStateKeys } from "../../adapters/aws/secrets/state-keys.ts";
import { createTableStore } from "../../adapters/azure/table-storage/table-store.ts";
import { createFirestoreStore } from "../../adapters/gcp/firestore/firestore-store.ts";
import { createRedisStore } from "../../adapters/redis/redis-store.ts";
import { checkState } from "../../adapters/shared/check-state.ts";
import { buildTarget } from "../../cli/build/build-target.ts";
import { freePort } from "../../emulators/free-port.ts";
import { startInstance } from "../../emulators/instance.ts";
import type { StateStore } from "../../src/adapter.ts";
import { createMcpEndpoint, type FactoryContext } from "../../src/index.ts";
import { observed } from "../../src/store/observed-store.ts";
import { SECRET, startSecretsStandIn } from "../aws/state-keys-stand-in.ts";
import { callerOf, legacyRequest, modernCall } from "../support/messages.ts";
import { startAzurite } from "./document-engines.ts";
import { type Engine, standInCredentials, startDynalite } from "./engines.ts";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";
import { findRedis, NO_REDIS, startRedis } from "./redis-engine.ts";
import { type StandIn, startStandIn } from "./stand-in-server.ts";

standInCredentials();

const GREETER = fileURLToPath(new URL("../../examples/greeter/server.ts", import.meta.url));
const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  vi.spyOn(console, "error").mockImplementation((line) => void lines.push(String(line)));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const NOT_SET_UP =
  "The store of sessions and shared state is not set up rightly: the log of this server says what to correct.";

function createKeeper({ handles }: FactoryContext): McpServer {
  const server = new McpServer({ name: "keeper", version: "1.0.0" });
  server.registerTool("keep", {}, async () => ({
    content: [{ type: "text", text: await handles.create("kept", { ttlSeconds: 60 }) }],
  }));
  return server;
}

/** Asks a server whose state is there for what needs state, in both eras, and sees that clients are told no internals. */
async function answersWith(store: StateStore): Promise<void> {
  const endpoint = createMcpEndpoint(createKeeper, { store, log: () => {} });
  const call = callerOf(endpoint);
  const initialize = legacyRequest("initialize", {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "test", version: "1" },
  });
  const keep = modernCall("tools/call", { name: "keep", arguments: {} });
  const requests: readonly Parameters<typeof call>[] = [[initialize], keep, [initialize]];
  for (const request of requests) {
    const { status, body } = await call(...request);
    expect([status, JSON.parse(String(body))]).toEqual([
      500,
      { jsonrpc: "2.0", id: expect.any(Number), error: { code: -32603, message: NOT_SET_UP } },
    ]);
  }
}

describe("DynamoDB", () => {
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
  const open = (table = engine.table): StateStore => createDynamodbStore({ table, endpoint: proxy.endpoint });

  test("that works has nothing told of it, and nothing is left there", async () => {
    proxy.plan = () => "passes";
    await checkState({ store: open() });
    expect([lines, await engine.scan()]).toEqual([[], []]);
    expect(new Set(proxy.seen)).toEqual(new Set(["PutItem", "UpdateItem", "GetItem", "Query", "DeleteItem"]));
  });

  test.each(["PutItem", "UpdateItem", "GetItem", "Query", "DeleteItem"])("whose role lacks %s", async (denied) => {
    proxy.plan = (operation) => (operation === denied ? { status: 400, error: "AccessDeniedException" } : "passes");
    vi.resetModules();
    const { checkState: check } = await import("../../adapters/shared/check-state.ts");
    const { createDynamodbStore: create } = await import("../../adapters/aws/dynamodb/dynamodb-store.ts");
    await check({ store: create({ table: engine.table, endpoint: proxy.endpoint }) });
    expect(lines).toEqual([
      expect.stringMatching(
        new RegExp(`^STORE_MISCONFIGURED: The credentials .* the table ${engine.table}: allow .*AccessDenied`),
      ),
    ]);
  });

  test("whose table is missing, told once, whoever asks and however often", async () => {
    proxy.plan = () => "passes";
    const store = open("no-such-table");
    await answersWith(store);
    await checkState({ store });
    expect(lines).toEqual([
      expect.stringMatching(/does not have the table no-such-table .*create it.*\(ResourceNotFoundException: /),
    ]);
  });

  test("that cannot be reached is told where it was tried, as something that may pass", async () => {
    const store = createDynamodbStore({
      table: "t",
      endpoint: `http://127.0.0.1:${await freePort()}`,
      timeoutMs: 300,
    });
    await checkState({ store });
    expect(lines).toEqual([expect.stringMatching(/^STORE_UNAVAILABLE: DynamoDB cannot be reached .*ECONNREFUSED/)]);
  });
});

test("Table Storage without the table", { timeout: 120_000 }, async () => {
  const azurite = await startAzurite();
  try {
    const { url, credential } = azurite;
    await checkState({ store: azurite.open() });
    expect(lines).toEqual([]);
    await answersWith(createTableStore({ url, credential, table: "missing" }));
    expect(lines).toEqual([expect.stringMatching(/no table missing: create it, or correct .*TableNotFound/)]);
  } finally {
    await azurite.close();
  }
});

describe("Firestore without the permission", () => {
  const body = { error: { code: 403, status: "PERMISSION_DENIED", message: "Missing or insufficient permissions." } };
  const database = "projects/notes-123456/databases/notes";
  const line = /may not use .*databases\/notes: give it roles\/datastore.user.*Missing/;
  let server: StandIn;
  beforeAll(async () => {
    server = await startStandIn(() => ({ status: 403, headers: {}, body: JSON.stringify(body) }));
  });
  afterAll(() => server.close());

  test("tells no client of it", async () => {
    await answersWith(createFirestoreStore({ database, url: `http://${server.host}`, accessToken: async () => "t" }));
    expect(lines).toEqual([expect.stringMatching(line)]);
  });

  test("is told by a container that nobody has called yet", { timeout: 120_000 }, async () => {
    const outDir = await mkdtemp(join(tmpdir(), "misconfigured-"));
    try {
      await buildTarget({ platform: "gcp", entry: GREETER, outDir });
      const told = Promise.withResolvers<string>();
      const instance = startInstance({
        command: [join(outDir, "server.mjs")],
        cwd: outDir,
        environment: {
          PORT: String(await freePort()),
          FIRESTORE_EMULATOR_HOST: server.host,
          MCP_ANYCLOUD_FIRESTORE_DATABASE: database,
        },
        onOutput: told.resolve,
      });
      expect(await told.promise).toMatch(line);
      await instance.stop();
    } finally {
      await rm(outDir, { recursive: true });
    }
  });
});

const program = findRedis();
if (!program) test("a wrong Redis", ({ skip }) => skip(NO_REDIS));
describe.skipIf(!program)("Redis", () => {
  test("that lets nobody listen, which calls go on without", async () => {
    const redis = await startRedis(program as string);
    try {
      await redis.send("ACL SETUSER default resetchannels -@pubsub +publish", "QUIT");
      const unsubscribe = observed(redis.open()).subscribe("p", () => {});
      while (lines.length === 0) await new Promise(setImmediate);
      unsubscribe();
      expect(lines).toEqual([expect.stringMatching(/may not do what the server needs: allow .*NOPERM/)]);
    } finally {
      await redis.close();
    }
  });

  test("with the wrong password", async () => {
    const redis = await startRedis(program as string, "--requirepass", "s3cret");
    try {
      await answersWith(createRedisStore({ url: redis.url.replace("//", "//:wr0ng@") }));
      expect(lines).toEqual([expect.stringMatching(/does not accept the user and password .*WRONGPASS/)]);
      expect(lines.join()).not.toMatch(/s3cret|wr0ng/);
    } finally {
      await redis.close();
    }
  });
});

test("the secret of the key ring that is not there", async () => {
  const secrets = await startSecretsStandIn(undefined);
  secrets.refusal = "AccessDeniedException";
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", `http://${secrets.host}`);
  try {
    await checkState({ stateKeys: openConfiguredStateKeys({ stateKeysSecret: SECRET, awsTokenAudience: "a" }) });
    expect(lines).toEqual([
      expect.stringMatching(/do not allow reading the secret .*GetSecretValue.*AccessDeniedException/),
    ]);
  } finally {
    await secrets.close();
  }
});

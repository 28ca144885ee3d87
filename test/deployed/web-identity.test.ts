import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { runSmoke } from "../../cli/smoke/run-smoke.ts";
import { findMoto, openEngine, standInCredentials, startMotoServer } from "../store/engines.ts";
import { ROLE } from "../store/sts-stand-in.ts";
import { type LocalCloud, type OutsideCloud, openLocalCloud } from "./local-cloud.ts";
import { INITIALIZE, type RunningServer, startServer } from "./running-server.ts";

const GREETER = fileURLToPath(new URL("../../examples/greeter/server.ts", import.meta.url));
const AUDIENCE = "api://mcp-sessions";
const SUBJECT = "00000000-0000-4000-8000-00000000a11c";
const NOWHERE = "127.0.0.1:9";

/** How each platform says that it gives no token, and where an instance looks for it. */
const PLATFORMS = {
  azure: { name: "Azure's identity endpoint", gone: { IDENTITY_ENDPOINT: `http://${NOWHERE}/msi/token` } },
  gcp: { name: "Google's metadata server", gone: { GCE_METADATA_HOST: NOWHERE } },
} as const;

describe.each<OutsideCloud>(["azure", "gcp"])("an instance of the artefact for %s", (cloud) => {
  let local: LocalCloud;
  let server: RunningServer | undefined;
  beforeAll(async () => {
    local = await openLocalCloud(cloud, {
      roleArn: ROLE,
      region: "eu-central-1",
      identity: { subject: SUBJECT, clientId: "of-the-identity", tenantId: "of-the-tenant", knows: () => true },
      problemOf: ({ aud, sub }) => (aud === AUDIENCE && sub === SUBJECT ? undefined : "AccessDenied"),
      allows: () => true,
    });
  });
  afterAll(() => local?.close());
  afterEach(async () => {
    await server?.close();
    // A reader of one of these in a response or in the log could act as the instance.
    const credentials = [...local.sts.issued.values()].flatMap((one) => [one.secretAccessKey, one.sessionToken]);
    const { IDENTITY_HEADER } = local.environment;
    const secrets = [...local.tokens, ...credentials, ...(IDENTITY_HEADER ? [IDENTITY_HEADER] : [])];
    const told = [...(server?.said ?? []), ...(server?.log ?? [])].filter((text) =>
      secrets.some((secret) => text.includes(secret)),
    );
    expect(told).toEqual([]);
    server = undefined;
    local.reset();
  });

  async function start(environment: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
    const deployed = {
      MCP_ANYCLOUD_TABLE: local.tableName,
      MCP_ANYCLOUD_AWS_ROLE_ARN: ROLE,
      MCP_ANYCLOUD_AWS_TOKEN_AUDIENCE: AUDIENCE,
      AWS_REGION: "eu-central-1",
      AZURE_CLIENT_ID: "of-the-identity",
    };
    server = await startServer(cloud, {
      entry: GREETER,
      environment: { ...deployed, ...local.environment, ...environment },
    });
    return server;
  }

  /** An answer that does not ask the client to try again, because that would not help, and names no part of the deployment. */
  const misconfigured = {
    status: 500,
    message: {
      jsonrpc: "2.0",
      id: INITIALIZE.id,
      error: {
        code: -32603,
        message:
          "The store of sessions and shared state is not set up rightly: the log of this server says what to correct.",
      },
    },
  };

  /** An answer that tells the client to come back, in one sentence and without a reason. */
  const unavailable = {
    status: 503,
    headers: { "retry-after": expect.stringMatching(/^\d+$/) },
    message: {
      jsonrpc: "2.0",
      id: INITIALIZE.id,
      error: { code: -32603, message: "The store of sessions and shared state cannot be reached: try again shortly." },
    },
  };

  test("trades one token for an hour's credentials, and keeps its sessions with them", async () => {
    const { post } = await start();
    const opened = await post(INITIALIZE);
    expect(opened.status).toBe(200);
    const session = { "mcp-session-id": opened.headers["mcp-session-id"] ?? "" };
    expect((await post({ jsonrpc: "2.0", id: 2, method: "tools/list" }, session)).message).toMatchObject({
      result: { tools: [{ name: "greet" }] },
    });
    expect([local.tokens.length, local.sts.tokens]).toEqual([1, local.tokens]);
    expect(local.table.callers.length).toBeGreaterThan(1);
    expect(new Set(local.table.callers).size).toBe(1);
    expect(local.table.refused).toEqual([]);
  });

  test("replaces credentials that will expire soon, with a token of their own, and no request fails", async () => {
    // One second less than what makes them due: each request asks for others.
    local.sts.lifetimeMs = 299_000;
    const { post } = await start();
    expect((await post(INITIALIZE)).status).toBe(200);
    const [first] = local.table.callers;
    // Where there are no others for a while, these are used on.
    local.sts.refusal = "IDPCommunicationError";
    expect((await post(INITIALIZE)).status).toBe(200);
    const before = local.sts.tokens.length;
    local.sts.reset();
    expect((await post(INITIALIZE)).status).toBe(200);
    expect((await post(INITIALIZE)).status).toBe(200);
    expect([before > 0, local.sts.tokens.length]).toEqual([true, 1]);
    expect(local.table.callers.at(-1)).not.toBe(first);
    expect(local.table.refused).toEqual([]);
  });

  test("answers 500 where the role does not trust it, says why in its log, and serves requests that need no state", async () => {
    local.subject = "of another workload";
    const { post, url, log } = await start();
    expect(await fetch(`${url}/health`).then(({ status }) => status)).toBe(200);
    const call = { tool: "greet", arguments: { name: "Ada" } };
    expect(await runSmoke({ url: `${url}/mcp`, call })).toMatchObject({ failure: undefined });
    expect(local.tokens).toEqual([]);
    const answer = await post(INITIALIZE);
    expect(answer).toMatchObject(misconfigured);
    expect(answer.headers).not.toHaveProperty("retry-after");
    expect(log.filter((line) => line.includes('"level":"error"'))).toEqual([
      expect.stringMatching(
        new RegExp(`"status":500.*trust policy.*caused by: RoleNotAssumedError: ${ROLE} \\(AccessDenied`),
      ),
    ]);
    expect(local.table.callers).toEqual([]);
    // Once the policy is right, nothing has to be started anew.
    local.subject = SUBJECT;
    expect((await post(INITIALIZE)).status).toBe(200);
  });

  test.each([
    ["503", "is not there", PLATFORMS[cloud].gone, "did not answer", unavailable],
    ["500", "refuses", {}, "answered with status 404", misconfigured],
  ])(
    "answers %s where its platform %s, says so in its log, and serves requests that need no state",
    async (_status, _title, environment, what, answer) => {
      local.endpoint = () => ({ status: 404, body: "no identity is assigned" });
      const { post, url, log } = await start(environment);
      expect(await runSmoke({ url: `${url}/mcp` })).toMatchObject({ failure: undefined });
      expect(await post(INITIALIZE)).toMatchObject(answer);
      const sentence = `${PLATFORMS[cloud].name} ${what} when it was asked for an identity token`;
      expect(log.filter((line) => line.includes('"level":"error"'))).toEqual([expect.stringContaining(sentence)]);
      expect(local.sts.tokens).toEqual([]);
    },
  );

  test("is let in by moto's STS and served by moto's table, too", async ({ skip }) => {
    const program = findMoto();
    if (!program) return skip("moto_server is not installed; pip install 'moto[server]' brings it");
    standInCredentials();
    const moto = await startMotoServer(program);
    const engine = await openEngine(moto.endpoint, moto.close);
    try {
      const endpoints = { AWS_ENDPOINT_URL_STS: moto.endpoint, AWS_ENDPOINT_URL_DYNAMODB: moto.endpoint };
      const { post } = await start({ ...endpoints, MCP_ANYCLOUD_TABLE: engine.table, AWS_REGION: "us-east-1" });
      expect((await post(INITIALIZE)).status).toBe(200);
      expect(local.tokens).toHaveLength(1);
      expect(await engine.scan()).not.toEqual([]);
    } finally {
      await engine.close();
    }
  });
});

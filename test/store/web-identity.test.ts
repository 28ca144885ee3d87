import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { CredentialProvider } from "../../adapters/aws/client/credentials.ts";
import { webIdentityCredentials } from "../../adapters/aws/client/web-identity.ts";
import { createDynamodbStore, openConfiguredStore } from "../../adapters/aws/dynamodb/dynamodb-store.ts";
import { openConfiguredStateKeys } from "../../adapters/aws/secrets/state-keys.ts";
import { findMoto, startMotoServer } from "./engines.ts";
import { startStandIn } from "./stand-in-server.ts";
import { ROLE, type StsStandIn, startStsStandIn } from "./sts-stand-in.ts";

let now: number;
let issued: number;
let sts: StsStandIn;
let credentials: CredentialProvider;

const token = async (): Promise<string> => `token-${++issued}`;

beforeEach(async () => {
  now = Date.now();
  issued = 0;
  sts = await startStsStandIn({ now: () => now });
  vi.stubEnv("AWS_ENDPOINT_URL_STS", `http://${sts.host}`);
  // Keys in the environment must not be used in place of the role.
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "of the environment");
  credentials = webIdentityCredentials({ roleArn: ROLE, token }, "eu-central-1", () => now);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await sts.close();
});

test("a token is traded for the role's credentials, once for all who ask meanwhile and until shortly before they expire", async () => {
  const [first, ...others] = await Promise.all([credentials(), credentials(), credentials()]);
  expect(first).toMatchObject({ accessKeyId: "ASIA1", secretAccessKey: "secret-1", sessionToken: "session-1" });
  expect(others).toEqual([first, first]);
  now += 3_299_000;
  expect(await credentials()).toEqual(first);
  expect(sts.tokens).toEqual(["token-1"]);
});

test("five minutes before they expire, they are replaced with a fresh token, once for all who ask meanwhile", async () => {
  await credentials();
  now += 3_300_000;
  const renewed = await Promise.all([credentials(), credentials()]);
  expect(renewed.map(({ accessKeyId }) => accessKeyId)).toEqual(["ASIA2", "ASIA2"]);
  expect(sts.tokens).toEqual(["token-1", "token-2"]);
});

test("a failure is told to all who wait for it and not remembered", async () => {
  sts.refusal = "AccessDenied";
  const refused = await Promise.allSettled([credentials(), credentials()]);
  for (const outcome of refused) {
    expect(outcome).toMatchObject({
      status: "rejected",
      reason: { name: "RoleNotAssumedError", message: expect.stringMatching(/role\/mcp-sessions \(AccessDenied/) },
    });
    expect(String((outcome as PromiseRejectedResult).reason)).not.toContain("token-1");
  }
  sts.refusal = undefined;
  expect(await credentials()).toMatchObject({ accessKeyId: "ASIA1" });
});

test("while the old credentials last, a failure to replace them does no harm", async () => {
  const first = await credentials();
  sts.refusal = "InvalidIdentityToken";
  now += 3_400_000;
  expect(await credentials()).toEqual(first);
  now += 200_000;
  await expect(credentials()).rejects.toMatchObject({ name: "RoleNotAssumedError" });
});

test("an STS that does not answer is given up, named in the error, and asked again by the next call", async () => {
  sts.barrier = new Promise(() => {});
  const unanswered = await Promise.allSettled([credentials(), credentials()]);
  for (const outcome of unanswered) {
    const reason = { name: "StsUnavailableError", message: expect.stringMatching(/mcp-sessions \(TimeoutError/) };
    expect(outcome).toMatchObject({ status: "rejected", reason });
  }
  expect(issued).toBe(1);
  sts.barrier = Promise.resolve();
  expect(await credentials()).toMatchObject({ accessKeyId: "ASIA1" });
});

test("an STS that cannot be reached has not refused", async () => {
  await sts.close();
  await expect(credentials()).rejects.toMatchObject({ name: "StsUnavailableError" });
});

test.each([
  ["an STS", () => new Promise<never>(() => {}), undefined],
  ["a platform", undefined, () => new Promise<never>(() => {})],
])("while the old credentials last, %s that does not answer is not waited for", async (_, barrier, answer) => {
  let answered = token;
  credentials = webIdentityCredentials({ roleArn: ROLE, token: () => answered() }, "eu-central-1", () => now);
  const first = await credentials();
  if (barrier) sts.barrier = barrier();
  if (answer) answered = answer;
  now += 3_400_000;
  expect(await credentials()).toEqual(first);
  sts.barrier = Promise.resolve();
  answered = token;
  expect(await credentials()).not.toEqual(first);
});

test("a platform that gives no token is quoted", async () => {
  const words = new Error("no identity here");
  const failing = webIdentityCredentials({ roleArn: ROLE, token: () => Promise.reject(words) }, "eu-central-1");
  await expect(failing()).rejects.toBe(words);
});

test("the configured store signs with the role's credentials, and asks for a token of the configured audience", async () => {
  const signed: string[] = [];
  const dynamodb = await startStandIn(({ headers }) => {
    signed.push(`${headers.authorization} ${headers["x-amz-security-token"]}`);
    return { status: 200, headers: { "content-type": "application/x-amz-json-1.0" }, body: "{}" };
  });
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", `http://${dynamodb.host}`);
  vi.stubEnv("AWS_REGION", "eu-central-1");
  const config = { table: "sessions", awsRoleArn: ROLE, awsTokenAudience: "the-audience" };
  const audiences: string[] = [];
  const store = openConfiguredStore(config, (audience) => {
    audiences.push(audience);
    return token();
  });
  await store?.get({ partition: "p", sort: "s" });
  await store?.get({ partition: "p", sort: "s" });
  expect(signed[0]).toMatch(/Credential=ASIA1\/\d+\/eu-central-1\/dynamodb\/aws4_request.* session-1$/);
  expect(audiences).toEqual(["the-audience"]);
  // On AWS there is no identity token, and a role is the function's own.
  await openConfiguredStore(config)?.get({ partition: "p", sort: "s" });
  expect(signed[2]).toContain("Credential=AKIAENVIRONMENT/");
  await dynamodb.close();
});

test("there is no store where no table is configured", () => {
  expect(openConfiguredStore({ awsTokenAudience: "sts.amazonaws.com" }, token)).toBeUndefined();
});

test("a store whose role is refused is misconfigured, and quotes STS", async () => {
  sts.refusal = "AccessDenied";
  const options = { table: "sessions", region: "eu-central-1", endpoint: "http://127.0.0.1:9" };
  const store = createDynamodbStore({ ...options, webIdentity: { roleArn: ROLE, token } });
  const reading = store.get({ partition: "p", sort: "s" });
  await expect(reading).rejects.toMatchObject({
    code: "STORE_MISCONFIGURED",
    message: expect.stringMatching(/trust policy/),
    cause: expect.objectContaining({ message: expect.stringContaining(ROLE) }),
  });
  expect(issued).toBe(1);
});

test("a store asks STS again, with a fresh token, when it fails for a moment", async () => {
  const dynamodb = await startStandIn(() => ({ status: 200, body: "{}" }));
  sts.refusal = "IDPCommunicationError";
  const refusedOnce = (): Promise<string> => {
    if (issued === 1) sts.refusal = undefined;
    return token();
  };
  const options = { table: "sessions", region: "eu-central-1", endpoint: `http://${dynamodb.host}` };
  const store = createDynamodbStore({ ...options, webIdentity: { roleArn: ROLE, token: refusedOnce } });
  expect(await store.get({ partition: "p", sort: "s" })).toBeUndefined();
  expect(sts.tokens).toEqual(["token-2"]);
  await dynamodb.close();
});

test("a store and a key ring do not blame the trust policy when STS cannot be reached", async () => {
  await sts.close();
  const config = { table: "sessions", stateKeysSecret: "ring", awsRoleArn: ROLE, awsTokenAudience: "the-audience" };
  vi.stubEnv("AWS_REGION", "eu-central-1");
  const sentence = (what: string): object => ({
    code: "STORE_UNAVAILABLE",
    message: expect.stringMatching(new RegExp(`^AWS's STS .* ${what}: check the network and AWS_REGION\\.$`)),
    cause: expect.objectContaining({ message: expect.stringContaining(ROLE) }),
  });
  const store = openConfiguredStore(config, token);
  await expect(store?.get({ partition: "p", sort: "s" })).rejects.toMatchObject(sentence("the table sessions"));
  await expect(openConfiguredStateKeys(config, token)?.()).rejects.toMatchObject(sentence("the secret ring"));
});

test("moto's STS takes it, too", async ({ skip }) => {
  const program = findMoto();
  if (!program) return skip("moto_server is not installed; pip install 'moto[server]' brings it");
  const moto = await startMotoServer(program);
  vi.stubEnv("AWS_ENDPOINT_URL_STS", moto.endpoint);
  expect(await credentials()).toMatchObject({ accessKeyId: expect.any(String), expiration: expect.any(Date) });
  await moto.close();
});

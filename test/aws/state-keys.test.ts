import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openConfiguredStateKeys } from "../../adapters/aws/secrets/state-keys.ts";
import type { LoadStateKeys } from "../../src/adapter.ts";
import { startStandIn } from "../store/stand-in-server.ts";
import { ROLE, startStsStandIn } from "../store/sts-stand-in.ts";
import { SECRET, type SecretsStandIn, startSecretsStandIn } from "./state-keys-stand-in.ts";

const KEY = randomBytes(32);
const RING = `2026-11-24-0:${KEY.toString("base64")},old:${randomBytes(48).toString("base64url")}`;

const awsTokenAudience = "the-audience";
const open = (stateKeysSecret = SECRET): LoadStateKeys =>
  openConfiguredStateKeys({ stateKeysSecret, awsTokenAudience }) ?? expect.unreachable();

let secrets: SecretsStandIn;
async function serve(text: string | undefined): Promise<void> {
  secrets = await startSecretsStandIn(text);
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", `http://${secrets.host}`);
}

beforeEach(async () => {
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "LOCAL");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  await serve(`${RING}\n`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await secrets.close();
});

test("the secret is read when a key is first needed, once for all who ask meanwhile", async () => {
  const keys = open();
  expect(secrets.asked).toEqual([]);
  const [ring, ...others] = await Promise.all([keys(), keys("old"), keys()]);
  expect(ring.map(({ id }) => id)).toEqual(["2026-11-24-0", "old"]);
  expect(ring[0]?.secret).toEqual(KEY);
  expect(others).toEqual([ring, ring]);
  expect(secrets.asked).toEqual(["GetSecretValue"]);
});

test("there is no key ring where no secret is configured", () => {
  expect(openConfiguredStateKeys({ awsTokenAudience })).toBeUndefined();
});

test("a secret is asked for in the region that its ARN names, by the credentials of AWS's chain or of the role", async () => {
  const signed: unknown[] = [];
  const elsewhere = await startStandIn(({ headers }) => {
    signed.push(/Credential=(\w+)\/\d+\/([\w-]+)\//.exec(headers.authorization ?? "")?.slice(1));
    return {
      status: 200,
      headers: { "content-type": "application/x-amz-json-1.1" },
      body: `{"SecretString":"${RING}"}`,
    };
  });
  const sts = await startStsStandIn();
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", `http://${elsewhere.host}`);
  vi.stubEnv("AWS_ENDPOINT_URL_STS", `http://${sts.host}`);
  await open()();
  await open("mcp/state-keys")();
  const withRole = { stateKeysSecret: SECRET, awsRoleArn: ROLE, awsTokenAudience };
  const audiences: string[] = [];
  await openConfiguredStateKeys(withRole, async (audience) => `token-${audiences.push(audience)}`)?.();
  // On AWS there is no identity token, and a role is the function's own.
  await openConfiguredStateKeys(withRole)?.();
  expect(signed).toEqual([
    ["LOCAL", "eu-central-1"],
    ["LOCAL", "us-east-1"],
    ["ASIA1", "eu-central-1"],
    ["LOCAL", "eu-central-1"],
  ]);
  expect(audiences).toEqual(["the-audience"]);
  await Promise.all([elsewhere.close(), sts.close()]);
});

describe("a secret that gives no key ring says what to do, and whether it may pass", () => {
  test.each([
    [
      "ResourceNotFoundException",
      "STORE_MISCONFIGURED",
      /does not have the secret .*create it, or correct MCP_ANYCLOUD_STATE_KEYS_SECRET/,
    ],
    ["AccessDeniedException", "STORE_MISCONFIGURED", /allow secretsmanager:GetSecretValue/],
    ["DecryptionFailure", "STORE_MISCONFIGURED", /KMS key/],
    ["InvalidRequestException", "STORE_MISCONFIGURED", /not scheduled for deletion/],
    ["UnrecognizedClientException", "STORE_MISCONFIGURED", /does not accept the credentials/],
    ["InternalServiceError", "STORE_UNAVAILABLE", /could not read the secret .*, the network/],
  ])("%s", async (name, code, sentence) => {
    secrets.refusal = name;
    await expect(open()()).rejects.toMatchObject({
      code,
      message: expect.stringMatching(sentence),
      cause: expect.objectContaining({ name }),
    });
    secrets.refusal = undefined;
  });

  test("because its text is something else, which is not repeated", async () => {
    await secrets.close();
    await serve("swordfish");
    const refused = await open()().catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "STORE_UNAVAILABLE", message: expect.stringMatching(/is no key ring/) });
    expect(String(refused)).not.toContain("swordfish");
  });

  test("because nobody answers there", async () => {
    vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:9");
    await expect(open()()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", message: /the network/ });
  });

  test("because no answer comes in five seconds", async () => {
    const barrier = Promise.withResolvers<void>();
    secrets.barrier = barrier.promise;
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "hrtime"] });
    let failure: unknown;
    void open()().catch((error: unknown) => (failure = error));
    let waitedMs = 0;
    while (failure === undefined) {
      await new Promise(setImmediate);
      await vi.advanceTimersByTimeAsync(10);
      waitedMs += 10;
    }
    vi.useRealTimers();
    expect(failure).toMatchObject({ code: "STORE_UNAVAILABLE", cause: { name: "TimeoutError" } });
    expect(waitedMs).toBeLessThanOrEqual(5_010);
    barrier.resolve();
  });
});

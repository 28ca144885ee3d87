import { randomBytes, randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openConfiguredStateKeys } from "../../adapters/aws/secrets/state-keys.ts";
import { keyIdOf, seal, unseal } from "../../src/services/seal.ts";
import { findMoto, startMotoServer } from "../store/engines.ts";
import { SECRET, type SecretsStandIn, startSecretsStandIn } from "./state-keys-stand-in.ts";

const STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;

interface RotationEvent {
  readonly SecretId: string;
  readonly ClientRequestToken: string;
  readonly Step: string;
}

// As Lambda loads it: the file itself. It has no types, being plain JavaScript.
const ROTATION = new URL("../../stacks/key-rotation/index.mjs", import.meta.url).href;
const { handler } = (await import(ROTATION)) as { handler(event: RotationEvent): Promise<void> };
const take = (Step: string, ClientRequestToken: string, SecretId = SECRET): Promise<void> =>
  handler({ SecretId, ClientRequestToken, Step });

/** The ring as an instance reads it that has just started. */
const read = async (stateKeysSecret = SECRET) =>
  (await openConfiguredStateKeys({ stateKeysSecret, awsTokenAudience: "" })?.()) ?? expect.unreachable();
const ids = async (): Promise<string[]> => (await read()).map(({ id }) => id);

const FIRST = `first:${randomBytes(32).toString("base64")}`;

let secrets: SecretsStandIn;
async function serve(...args: Parameters<typeof startSecretsStandIn>): Promise<void> {
  await secrets?.close();
  secrets = await startSecretsStandIn(...args);
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", `http://${secrets.host}`);
}

async function rotate(): Promise<string> {
  const token = secrets.beginRotation();
  for (const step of STEPS) await take(step, token);
  return token;
}

beforeEach(async () => {
  vi.stubEnv("AWS_REGION", "eu-central-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "LOCAL");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  await serve(FIRST);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await secrets.close();
});

describe("a rotation", () => {
  test("puts a fresh key of 32 bytes first, named for the day", async () => {
    await rotate();
    const [fresh, former] = await read();
    expect(fresh?.id).toMatch(/^\d{4}-\d\d-\d\d-[\da-f]{8}$/);
    expect(fresh?.secret).toHaveLength(32);
    expect(former).toEqual({ id: "first", secret: Buffer.from(FIRST.split(":")[1] ?? "", "base64") });
  });

  test("done twice still lets an instance that knew neither key open an older seal; done three times, not", async () => {
    const [sealing] = await read();
    const instance = openConfiguredStateKeys({ stateKeysSecret: SECRET, awsTokenAudience: "" });
    await instance?.();
    const sealed = seal("before", "binding", sealing ?? expect.unreachable());
    await rotate();
    await rotate();
    expect(unseal(sealed, "binding", await read())?.text).toBe("before");
    // An instance opens at once what a newer one sealed.
    const [fresh] = await read();
    const young = seal("after", "binding", fresh ?? expect.unreachable());
    expect(unseal(young, "binding", (await instance?.(keyIdOf(young))) ?? [])?.text).toBe("after");
    await rotate();
    expect(await ids()).toHaveLength(3);
    expect(unseal(sealed, "binding", await read())).toBeUndefined();
  });

  test("does the same with each of its steps repeated, and all over again after it has finished", async () => {
    const token = secrets.beginRotation();
    for (const step of STEPS) {
      await take(step, token);
      await take(step, token);
    }
    const rotated = await ids();
    expect(rotated).toHaveLength(2);
    const puts = secrets.asked.filter((operation) => operation === "PutSecretValue");
    expect(puts).toHaveLength(1);
    for (const step of STEPS) await take(step, token);
    expect(await ids()).toEqual(rotated);
    expect(Object.values(secrets.stages())).toEqual([["AWSPREVIOUS"], ["AWSPENDING", "AWSCURRENT"]]);
  });

  test("leaves the secret in a state in which the next one may begin, and the last one can be gone back to", async () => {
    const [before] = Object.keys(secrets.stages());
    const token = await rotate();
    expect(secrets.stages()).toEqual({ [before ?? ""]: ["AWSPREVIOUS"], [token]: ["AWSPENDING", "AWSCURRENT"] });
    expect(() => secrets.beginRotation()).not.toThrow();
  });

  test.each([
    ["no value", undefined],
    ["the password that CloudFormation makes up", 'xK4"p;~'],
  ])("of a secret with %s makes the first ring", async (_what, text) => {
    await serve(text);
    await rotate();
    expect(await ids()).toEqual([expect.stringMatching(/^\d{4}-/)]);
  });
});

describe("a step is refused", () => {
  test("for a version that is not there, or not pending", async () => {
    await expect(take("createSecret", randomUUID())).rejects.toThrow("has no version");
    const earlier = await rotate();
    await rotate();
    await expect(take("finishSecret", earlier)).rejects.toThrow("is not pending");
    expect(secrets.asked.at(-1)).toBe("DescribeSecret");
  });

  test("when it is none, and when the secret does not rotate", async () => {
    await expect(take("cancelSecret", secrets.beginRotation())).rejects.toThrow("no step cancelSecret");
    await serve(FIRST, { rotates: false });
    await expect(take("createSecret", secrets.beginRotation())).rejects.toThrow("not set up for rotation");
  });

  test("when the pending version is no ring, or would not open what is being sealed; neither is told", async () => {
    const other = `other:${randomBytes(32).toString("base64")}`;
    for (const [SecretString, because] of [
      ["swordfish", "is no key ring"],
      [other, "does not open"],
    ] as const) {
      const token = secrets.beginRotation();
      const put = { SecretId: SECRET, ClientRequestToken: token, SecretString, VersionStages: ["AWSPENDING"] };
      await new SecretsManagerClient().send(new PutSecretValueCommand(put));
      const refused = await take("testSecret", token).catch(String);
      expect(refused).toContain(because);
      expect(refused).not.toContain(SecretString);
      await serve(FIRST);
    }
  });

  test("when Secrets Manager refuses it, in its words", async () => {
    const token = secrets.beginRotation();
    secrets.refusal = "AccessDeniedException";
    await expect(take("createSecret", token)).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});

test("moto's Secrets Manager takes two rotations, too", async ({ skip }) => {
  const program = findMoto();
  if (!program) return skip("moto_server is not installed; pip install 'moto[server]' brings it");
  const moto = await startMotoServer(program);
  try {
    vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", moto.endpoint);
    const client = new SecretsManagerClient();
    const { ARN: SecretId = "" } = await client.send(
      new CreateSecretCommand({ Name: "state-keys", SecretString: FIRST }),
    );
    const sealed = seal("before", "binding", (await read(SecretId))[0] ?? expect.unreachable());
    for (let rotation = 0; rotation < 2; rotation++) {
      const token = await beginOnMoto(client, SecretId);
      for (const step of STEPS) await take(step, token, SecretId);
    }
    const ring = await read(SecretId);
    expect(ring).toHaveLength(3);
    expect(unseal(sealed, "binding", ring)?.text).toBe("before");
  } finally {
    await moto.close();
  }
});

/**
 * Brings moto's secret to where a rotation begins on AWS. Without a function to call, moto makes the new version current
 * itself, though it has no value; and it takes one that is current and still pending for a rotation in progress.
 */
async function beginOnMoto(client: SecretsManagerClient, SecretId: string): Promise<string> {
  const move = (VersionStage: string, versions: { MoveToVersionId?: string; RemoveFromVersionId?: string }) =>
    client.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage, ...versions }));
  const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }));
  const [current = ""] = Object.keys(VersionIdsToStages).filter((id) => VersionIdsToStages[id]?.includes("AWSCURRENT"));
  if (VersionIdsToStages[current]?.includes("AWSPENDING")) await move("AWSPENDING", { RemoveFromVersionId: current });
  const token = randomUUID();
  const rotation = { SecretId, ClientRequestToken: token, RotationRules: { AutomaticallyAfterDays: 30 } };
  await client.send(new RotateSecretCommand(rotation));
  await move("AWSCURRENT", { RemoveFromVersionId: token, MoveToVersionId: current });
  await move("AWSPENDING", { MoveToVersionId: token });
  return token;
}

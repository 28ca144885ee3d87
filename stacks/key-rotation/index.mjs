/**
 * Rotates the key ring that seals `requestState`: the text `id:base64,…` of a secret, the newest key first. It runs as it
 * is on Lambda's Node.js 24, with the AWS SDK that the runtime brings.
 *
 * Secrets Manager calls it four times for one rotation, and all over again when a call failed, with the same token: the id
 * of the version of the secret that is to become current. Sources: Secrets Manager User Guide, "Lambda rotation functions"
 * (https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html), and AWS's template
 * (https://github.com/aws-samples/aws-secrets-manager-rotation-lambdas, SecretsManagerRotationTemplate).
 */
import { createHash, randomBytes } from "node:crypto";
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";

/** How many rotations a key outlives: it opens its seals until the third rotation removes it. */
const ROTATIONS_SURVIVED = 2;

/** The form that the endpoint accepts (`MCP_ANYCLOUD_STATE_KEYS`). A test compares the two. */
const KEY_RING = /^\w[\w-]*:[\w+/-]{43,}={0,2}(,\w[\w-]*:[\w+/-]{43,}={0,2})*$/;

/**
 * Takes one step of a rotation. Throws with a sentence, without any of the secret's text, when the secret is not set up
 * for it or the step is not due; Secrets Manager logs that, and tries the rotation again.
 *
 * @param {{ SecretId: string, ClientRequestToken: string, Step: string }} event
 */
export async function handler({ SecretId, ClientRequestToken: token, Step: step }) {
  const take = STEPS[step];
  if (!take) throw new Error(`There is no step ${step} in a rotation.`);
  const client = new SecretsManagerClient();
  const { RotationEnabled, VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }));
  if (!RotationEnabled) throw new Error(`The secret ${SecretId} is not set up for rotation.`);
  const stages = VersionIdsToStages[token];
  if (!stages) throw new Error(`The secret ${SecretId} has no version ${token} to rotate to.`);
  // An earlier attempt finished, and its answer was lost.
  if (stages.includes("AWSCURRENT")) return;
  if (!stages.includes("AWSPENDING")) throw new Error(`The version ${token} of ${SecretId} is not pending.`);
  await take({ client, SecretId, token, versions: VersionIdsToStages });
}

const STEPS = {
  createSecret,
  // There is nothing to set: the endpoint reads the current version, and reads again for a key that it does not know.
  setSecret: async () => {},
  testSecret,
  finishSecret,
};

/** Stores a ring with a fresh key in front as the pending version: once, however often the step is repeated. */
async function createSecret({ client, SecretId, token }) {
  const made = await textOf(client, { SecretId, VersionId: token, VersionStage: "AWSPENDING" });
  if (made !== undefined) return;
  const current = await textOf(client, { SecretId, VersionStage: "AWSCURRENT" });
  const former = isKeyRing(current) ? current.trim().split(",") : [];
  const ring = [freshKey(token), ...former.slice(0, ROTATIONS_SURVIVED)].join(",");
  await client.send(
    new PutSecretValueCommand({
      SecretId,
      ClientRequestToken: token,
      SecretString: ring,
      VersionStages: ["AWSPENDING"],
    }),
  );
}

/** Checks that the pending version is a ring that still has the key that seals now. */
async function testSecret({ client, SecretId, token }) {
  const pending = await textOf(client, { SecretId, VersionId: token, VersionStage: "AWSPENDING" });
  if (!isKeyRing(pending)) throw new Error(`The pending version of ${SecretId} is no key ring.`);
  const current = await textOf(client, { SecretId, VersionStage: "AWSCURRENT" });
  const [sealing] = isKeyRing(current) ? current.trim().split(",") : [];
  if (sealing !== undefined && !pending.split(",").includes(sealing)) {
    throw new Error(`The pending version of ${SecretId} does not open what the current one seals.`);
  }
}

/** Makes the pending version current in one operation, which also labels the former one AWSPREVIOUS. */
async function finishSecret({ client, SecretId, token, versions }) {
  const current = Object.keys(versions).find((id) => versions[id].includes("AWSCURRENT"));
  await client.send(
    new UpdateSecretVersionStageCommand({
      SecretId,
      VersionStage: "AWSCURRENT",
      MoveToVersionId: token,
      ...(current && { RemoveFromVersionId: current }),
    }),
  );
}

/** The text of a version; undefined where there is none yet, or bytes. */
async function textOf(client, version) {
  try {
    return (await client.send(new GetSecretValueCommand(version))).SecretString;
  } catch (error) {
    if (error.name === "ResourceNotFoundException") return undefined;
    throw error;
  }
}

const isKeyRing = (text) => text !== undefined && KEY_RING.test(text.trim());

/** The key's id has the day, for people, and the rotation, which makes it unique. It is no secret, unlike the key. */
function freshKey(token) {
  const day = new Date().toISOString().slice(0, 10);
  const rotation = createHash("sha256").update(token).digest("hex").slice(0, 8);
  return `${day}-${rotation}:${randomBytes(32).toString("base64")}`;
}

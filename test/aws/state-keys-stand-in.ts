import { randomUUID } from "node:crypto";
import { type StandIn, type StandInAnswer, type StandInRequest, startStandIn } from "../store/stand-in-server.ts";

export const SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:mcp/state-keys-AbCdEf";

export interface SecretsStandIn extends StandIn {
  /** The operations that it was asked for, in order. */
  readonly asked: string[];
  /** The error it answers with instead, by Secrets Manager's code. */
  refusal: string | undefined;
  /** Answers wait for it. */
  barrier: Promise<void>;
  /** Adds a pending version without a value, as Secrets Manager does before a rotation. Returns the version's token. */
  beginRotation(): string;
  /** Stages by version. */
  stages(): Record<string, string[]>;
}

interface Version {
  text?: string;
  stages: string[];
}

type Input = Readonly<Record<string, unknown>>;

const refuse = (code: string, Message: string, status = 400): StandInAnswer => ({
  status,
  headers: { "content-type": "application/x-amz-json-1.1" },
  body: JSON.stringify({ __type: code, Message }),
});

/**
 * Secrets Manager with one secret, as far as reading and rotating it goes, as strict as the real one: protocol, signature's
 * scope, and the rules of staging labels (https://docs.aws.amazon.com/secretsmanager/latest/apireference/).
 */
export async function startSecretsStandIn(
  text: string | undefined,
  { rotates = true }: { rotates?: boolean } = {},
): Promise<SecretsStandIn> {
  const versions = new Map<string, Version>();
  if (text !== undefined) versions.set(randomUUID(), { text, stages: ["AWSCURRENT"] });
  const asked: string[] = [];

  const holderOf = (stage: string): string | undefined =>
    [...versions].find(([, { stages }]) => stages.includes(stage))?.[0];
  const take = (stage: string): void => {
    for (const version of versions.values()) version.stages = version.stages.filter((other) => other !== stage);
  };
  const attach = (stage: string, id: string): void => {
    take(stage);
    versions.get(id)?.stages.push(stage);
  };

  const operations: Readonly<Record<string, (input: Input) => object | StandInAnswer>> = {
    DescribeSecret: () => ({ ARN: SECRET, RotationEnabled: rotates, VersionIdsToStages: stages() }),
    GetSecretValue({ VersionId, VersionStage = VersionId === undefined ? "AWSCURRENT" : undefined }) {
      const id = VersionId === undefined ? holderOf(String(VersionStage)) : String(VersionId);
      const version = versions.get(id ?? "");
      if (version?.text === undefined) {
        return refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret value.");
      }
      if (VersionStage !== undefined && !version.stages.includes(String(VersionStage))) {
        return refuse("InvalidRequestException", "You provided a VersionStage that is not associated to the version.");
      }
      return { ARN: SECRET, VersionId: id, SecretString: version.text, VersionStages: version.stages };
    },
    PutSecretValue({ ClientRequestToken, SecretString, VersionStages }) {
      const id = String(ClientRequestToken);
      if (!/^.{32,64}$/.test(id))
        return refuse("InvalidParameterException", "ClientRequestToken has 32 to 64 characters");
      const version = versions.get(id);
      if (version?.text !== undefined && version.text !== SecretString) {
        return refuse("ResourceExistsException", "You can't use ClientRequestToken for another value.");
      }
      versions.set(id, { text: String(SecretString), stages: version?.stages ?? [] });
      for (const stage of (VersionStages as string[] | undefined) ?? ["AWSCURRENT"]) attach(stage, id);
      return { ARN: SECRET, VersionId: id };
    },
    UpdateSecretVersionStage({ VersionStage, MoveToVersionId, RemoveFromVersionId }) {
      const stage = String(VersionStage);
      const [from, to] = [holderOf(stage), String(MoveToVersionId)];
      if (from !== RemoveFromVersionId) {
        return refuse("InvalidParameterException", `RemoveFromVersionId must be where ${stage} is attached: ${from}.`);
      }
      if (versions.get(to)?.text === undefined) return refuse("InvalidParameterException", "Not a valid version.");
      attach(stage, to);
      if (stage === "AWSCURRENT" && from !== undefined) attach("AWSPREVIOUS", from);
      return { ARN: SECRET };
    },
  };

  const stages = (): Record<string, string[]> =>
    Object.fromEntries([...versions].map(([id, version]) => [id, [...version.stages]]));

  async function answer({ method, url, headers, body }: StandInRequest): Promise<StandInAnswer> {
    const [, operation = ""] = /^secretsmanager\.(\w+)$/.exec(String(headers["x-amz-target"])) ?? [];
    const serve = operations[operation];
    asked.push(operation);
    await standIn.barrier;
    if (method !== "POST" || url.pathname !== "/" || !serve) return refuse("UnknownOperationException", operation, 404);
    if (headers["content-type"] !== "application/x-amz-json-1.1")
      return refuse("SerializationException", "not JSON 1.1");
    if (!/Credential=\w+\/\d{8}\/[\w-]+\/secretsmanager\/aws4_request/.test(headers.authorization ?? "")) {
      return refuse("IncompleteSignatureException", "The request is not signed for this service.");
    }
    const input = JSON.parse(body) as Input;
    if (standIn.refusal !== undefined) return refuse(standIn.refusal, "refused");
    if (input.SecretId !== SECRET) return refuse("ResourceNotFoundException", "Can't find the specified secret.");
    const result = serve(input);
    if ("status" in result) return result as StandInAnswer;
    return {
      status: 200,
      headers: { "content-type": "application/x-amz-json-1.1" },
      body: JSON.stringify(result),
    };
  }

  const standIn = {
    asked,
    refusal: undefined as string | undefined,
    barrier: Promise.resolve(),
    stages,
    beginRotation() {
      const [pending, current] = [holderOf("AWSPENDING"), holderOf("AWSCURRENT")];
      // "any later invocation of RotateSecret assumes that a previous rotation request is still in progress".
      if (pending !== undefined && pending !== current) throw new Error("A rotation is in progress.");
      const token = randomUUID();
      versions.set(token, { stages: [] });
      attach("AWSPENDING", token);
      return token;
    },
  };
  return Object.assign(standIn, await startStandIn(answer));
}

import { DynamoDBClient, type DynamoDBClientConfig, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

/** A request as AWS's client would send it. */
export interface SentRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Settings = Pick<DynamoDBClientConfig, "region" | "endpoint">;

/** Inputs of the requests, as both clients take them. */
export const INPUTS = {
  getItem: { TableName: "t", Key: { pk: { S: "p" }, sk: { S: "s" } }, ConsistentRead: true },
  putItem: { TableName: "t", Item: { pk: { S: "€éa😀b \u0000 \"'" }, n: { N: "1" }, b: { BOOL: true } } },
  getSecretValue: { SecretId: "ring" },
} as const;

/** The requests that AWS's clients send; nothing leaves the process. */
export const SENT = {
  getItem: (settings: Settings): Promise<SentRequest> =>
    capture((requestHandler) =>
      new DynamoDBClient({ ...settings, requestHandler }).send(new GetItemCommand(INPUTS.getItem)),
    ),
  putItem: (settings: Settings): Promise<SentRequest> =>
    capture((requestHandler) =>
      new DynamoDBClient({ ...settings, requestHandler }).send(new PutItemCommand(INPUTS.putItem)),
    ),
  getSecretValue: (settings: Settings): Promise<SentRequest> =>
    capture((requestHandler) =>
      new SecretsManagerClient({ ...settings, requestHandler }).send(new GetSecretValueCommand(INPUTS.getSecretValue)),
    ),
} as const;

type Handler = { handle(request: unknown): Promise<never> };

/** The request that reaches the client's connection handler. */
async function capture(send: (handler: Handler) => Promise<unknown>): Promise<SentRequest> {
  let sent: SentRequest | undefined;
  const failure = await send({
    async handle(request) {
      sent = request as SentRequest;
      // The client does not repeat this kind of failure.
      throw new Error("captured");
    },
  }).catch((error: unknown) => error);
  if (!sent) throw failure;
  return sent;
}

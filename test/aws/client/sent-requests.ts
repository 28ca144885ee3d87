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

/** What AWS's clients send, by what is asked; nothing leaves the process. */
export const SENT = {
  getItem: (settings: Settings): Promise<SentRequest> =>
    capture((requestHandler) =>
      new DynamoDBClient({ ...settings, requestHandler }).send(
        new GetItemCommand({ TableName: "t", Key: { pk: { S: "p" }, sk: { S: "s" } }, ConsistentRead: true }),
      ),
    ),
  putItem: (settings: Settings): Promise<SentRequest> =>
    capture((requestHandler) =>
      new DynamoDBClient({ ...settings, requestHandler }).send(
        new PutItemCommand({
          TableName: "t",
          Item: { pk: { S: "€éa😀b \u0000 \"'" }, n: { N: "1" }, b: { BOOL: true } },
        }),
      ),
    ),
  getSecretValue: (settings: Settings): Promise<SentRequest> =>
    capture((requestHandler) =>
      new SecretsManagerClient({ ...settings, requestHandler }).send(new GetSecretValueCommand({ SecretId: "ring" })),
    ),
} as const;

type Handler = { handle(request: unknown): Promise<never> };

/** The request that reaches the handler of connections. */
async function capture(send: (handler: Handler) => Promise<unknown>): Promise<SentRequest> {
  let sent: SentRequest | undefined;
  const failure = await send({
    async handle(request) {
      sent = request as SentRequest;
      // No kind of failure that the client tries again.
      throw new Error("captured");
    },
  }).catch((error: unknown) => error);
  if (!sent) throw failure;
  return sent;
}

import type { DynamodbClient, DynamodbClientOptions } from "../dynamodb/dynamodb-client.ts";
import { createAwsService } from "./service.ts";

export interface LightClientOptions extends Omit<DynamodbClientOptions, "webIdentity"> {
  readonly region: string;
}

/**
 * DynamoDB's operations as the store uses them, in requests of our own. What AWS's client takes and gives is what travels,
 * as long as attributes hold texts, numbers and truth values: bytes alone would have to be translated.
 */
export function createDynamodbClient({ table: TableName, region, endpoint }: LightClientOptions): DynamodbClient {
  const ask = createAwsService({
    service: "dynamodb",
    target: "DynamoDB_20120810",
    version: "1.0",
    region,
    endpoint,
  });
  /** What comes back is DynamoDB's word for it. */
  const operation =
    <Output>(name: string) =>
    (input: object, signal: AbortSignal): Promise<Output> =>
      ask(name, { ...input, TableName }, signal) as Promise<Output>;
  return {
    get: operation("GetItem"),
    put: operation("PutItem"),
    update: operation("UpdateItem"),
    delete: operation("DeleteItem"),
    query: operation("Query"),
  };
}

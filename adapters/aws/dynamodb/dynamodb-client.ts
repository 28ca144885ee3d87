/**
 * AWS's client of DynamoDB. It is imported when the store is first asked, and bundled into a file of its own as CommonJS
 * (aws-clients.ts), so that a call that needs no state pays nothing. It imports nothing of the core, which would be in
 * that file a second time.
 *
 * Measured from there to the answer of the first GetItem, over TLS on loopback, Node 24, medians of 31 in turn:
 *
 *   @aws-sdk/client-dynamodb 3.1169.0  334 kB  83 ms (44 to load), 86 ms of CPU time
 *     bundled as an ES module                  98 ms (62 to load), 104 ms of CPU time
 *   @aws-lite/dynamodb 0.3.9           119 kB  47 ms (15 to load), 47 ms of CPU time
 *
 * Chosen all the same, for wherever the environment does not say all there is to know: AWS maintains it, and it knows every
 * way by which AWS hands out credentials. Credentials given in code would save nothing, and fixed settings 3 ms: the
 * credential chain begins with the environment and runs the rest of itself on demand. On Lambda, whose environment does
 * say it, aws-requests.ts asks in its place.
 */
import {
  DeleteItemCommand,
  type DeleteItemInput,
  type DeleteItemOutput,
  DynamoDBClient,
  GetItemCommand,
  type GetItemInput,
  type GetItemOutput,
  PutItemCommand,
  type PutItemInput,
  type PutItemOutput,
  QueryCommand,
  type QueryInput,
  type QueryOutput,
  UpdateItemCommand,
  type UpdateItemInput,
  type UpdateItemOutput,
} from "@aws-sdk/client-dynamodb";
import { type WebIdentity, webIdentityCredentials } from "../client/web-identity.ts";

export interface DynamodbClientOptions {
  /** Name of the table. */
  readonly table: string;
  /** Default: AWS_REGION, or the shared configuration file. */
  readonly region?: string;
  /** Default: AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL, or AWS's own endpoint of the region. */
  readonly endpoint?: string;
  /** Role to take on with a token of the platform's own. Default: the credentials of AWS's own chain. */
  readonly webIdentity?: WebIdentity;
}

/**
 * The operations of DynamoDB that the store uses, on one table. They reject with the errors of AWS's client, or with others
 * that have the same names, codes and status.
 */
export interface DynamodbClient {
  get(input: OnTable<GetItemInput>, signal: AbortSignal): Promise<GetItemOutput>;
  put(input: OnTable<PutItemInput>, signal: AbortSignal): Promise<PutItemOutput>;
  update(input: OnTable<UpdateItemInput>, signal: AbortSignal): Promise<UpdateItemOutput>;
  delete(input: OnTable<DeleteItemInput>, signal: AbortSignal): Promise<DeleteItemOutput>;
  query(input: OnTable<QueryInput>, signal: AbortSignal): Promise<QueryOutput>;
}

type OnTable<Input> = Omit<Input, "TableName">;

/** Connections are kept alive between requests, which is the client's default. */
export function createDynamodbClient(options: DynamodbClientOptions): DynamodbClient {
  const { table: TableName, region, endpoint, webIdentity } = options;
  const client = new DynamoDBClient({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(webIdentity && { credentials: webIdentityCredentials(webIdentity) }),
    // Whoever repeats a write must know whether it may have been applied, and the client does not tell.
    maxAttempts: 1,
  });
  return {
    get: (input, abortSignal) => client.send(new GetItemCommand({ ...input, TableName }), { abortSignal }),
    put: (input, abortSignal) => client.send(new PutItemCommand({ ...input, TableName }), { abortSignal }),
    update: (input, abortSignal) => client.send(new UpdateItemCommand({ ...input, TableName }), { abortSignal }),
    delete: (input, abortSignal) => client.send(new DeleteItemCommand({ ...input, TableName }), { abortSignal }),
    query: (input, abortSignal) => client.send(new QueryCommand({ ...input, TableName }), { abortSignal }),
  };
}

import type { AwsClient, CallOptions } from "../client/aws-client.ts";

/** The kinds of values that the store writes, as they travel. */
export interface AttributeValue {
  readonly S?: string;
  /** A number in decimal digits. */
  readonly N?: string;
  readonly BOOL?: boolean;
}

export type Attributes = Readonly<Record<string, AttributeValue>>;

interface ByKey {
  readonly Key: Attributes;
}

/** Makes a write conditional; without a condition it is always applied. */
export interface Condition {
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Attributes;
}

export interface QueryInput {
  readonly KeyConditionExpression: string;
  readonly FilterExpression: string;
  readonly ExpressionAttributeValues: Attributes;
  readonly ConsistentRead: boolean;
  readonly ScanIndexForward: boolean;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: Attributes;
}

/** The item as it was before or after a write, where the input asks for it. */
interface Written {
  readonly Attributes?: Attributes;
}

type Operation<Input, Output> = (input: Input, options: CallOptions) => Promise<Output>;

/**
 * The operations of DynamoDB that the store uses, on one table, with the inputs and outputs that it uses
 * (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html).
 */
export interface DynamodbClient {
  readonly get: Operation<ByKey & { readonly ConsistentRead: true }, { readonly Item?: Attributes }>;
  readonly put: Operation<Condition & { readonly Item: Attributes; readonly ReturnValues?: "ALL_OLD" }, Written>;
  readonly update: Operation<
    ByKey & Condition & { readonly UpdateExpression: string; readonly ReturnValues: "ALL_NEW" },
    Written
  >;
  readonly delete: Operation<ByKey & { readonly ReturnValues?: "ALL_OLD" }, Written>;
  readonly query: Operation<
    QueryInput,
    { readonly Items?: readonly Attributes[]; readonly LastEvaluatedKey?: Attributes }
  >;
}

export function createDynamodbClient(call: AwsClient, table: string): DynamodbClient {
  /** The output has the type that DynamoDB documents. */
  const operation =
    <Output>(name: string) =>
    (input: object, options: CallOptions): Promise<Output> =>
      call(name, { ...input, TableName: table }, options) as Promise<Output>;
  return {
    get: operation("GetItem"),
    put: operation("PutItem"),
    update: operation("UpdateItem"),
    delete: operation("DeleteItem"),
    query: operation("Query"),
  };
}

import { once } from "node:events";

/** An item as DynamoDB's JSON has it: the values by attribute, each under the letter of its type. */
export type TableItem = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Answer of the local table to one operation. */
interface TableAnswer {
  readonly status: number;
  readonly body: { readonly Items?: readonly TableItem[]; readonly LastEvaluatedKey?: TableItem };
}

/** The place of a table: the URL of its service and its name. */
export interface TableAddress {
  readonly url: string;
  readonly table: string;
}

/** Items that one page of a scan reads at most. */
const PAGE = 500;

/** Creates the table of a store, unless it exists. Rejects when the service refuses. */
export async function createTable(address: TableAddress): Promise<void> {
  const { status, body } = await callTable(address, "CreateTable", {
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [
      { AttributeName: "pk", KeyType: "HASH" },
      { AttributeName: "sk", KeyType: "RANGE" },
    ],
    AttributeDefinitions: [
      { AttributeName: "pk", AttributeType: "S" },
      { AttributeName: "sk", AttributeType: "S" },
    ],
  });
  const exists = JSON.stringify(body).includes("ResourceInUseException");
  if (status !== 200 && !exists) throw new Error(`The table ${address.table} was not created (${status}).`);
}

/** Removes the items whose time to live is over, as DynamoDB does by itself. `now` is Unix time in seconds. */
export async function removeExpired(address: TableAddress, now: number): Promise<void> {
  const expired = { ExpressionAttributeValues: { ":now": { N: String(now) } } };
  const filter = { FilterExpression: "expiresAt <= :now", ...expired };
  for await (const { pk, sk } of scanTable(address, filter)) {
    // An instance may have written the item again since it was read.
    await callTable(address, "DeleteItem", { Key: { pk, sk }, ConditionExpression: "expiresAt <= :now", ...expired });
  }
}

/** The items of the table, in no order. `input` goes with each request for a page. */
export async function* scanTable(address: TableAddress, input: object = {}): AsyncGenerator<TableItem, void> {
  let next: TableItem | undefined;
  do {
    const start = next && { ExclusiveStartKey: next };
    const { body } = await callTable(address, "Scan", { Limit: PAGE, ...input, ...start });
    yield* body.Items ?? [];
    next = body.LastEvaluatedKey;
  } while (next);
}

/** Sends a plain HTTP request: AWS's client would take longer to load than everything else. */
async function callTable({ url, table }: TableAddress, operation: string, input: object): Promise<TableAnswer> {
  const call = process.getBuiltinModule("node:http").request(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `DynamoDB_20120810.${operation}`,
      // dynalite asks for the parts of a signature and does not check it.
      authorization:
        "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=local",
      "x-amz-date": "20260101T000000Z",
    },
  });
  call.end(JSON.stringify({ TableName: table, ...input }));
  const [response] = await once(call, "response");
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  return { status: response.statusCode, body: JSON.parse(text || "{}") };
}

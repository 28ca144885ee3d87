/** A program: serves a DynamoDB in memory with one table until its parent ends. */
import { once } from "node:events";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import dynalite from "dynalite";
import { privateListener, secretPath } from "./private-service.ts";

/** The message over the IPC channel that the table can be used. */
export interface LocalTableReport {
  readonly port: number;
  /** Where the service is on that port. */
  readonly path: string;
}

// Ctrl-C in a terminal reaches this process too, but the last requests still need the table.
process.on("SIGINT", () => {});

const [table = ""] = process.argv.slice(2);
const path = secretPath();
const server = dynalite({ createTableMs: 0 });
const [serve] = server.listeners("request") as [RequestListener];
server.removeAllListeners("request").on("request", privateListener(serve, path));
server.listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;
await createTable();
process.send?.({ port, path } satisfies LocalTableReport);

/** Creates the table by a plain HTTP request: AWS's client would take longer to load than everything else. */
async function createTable(): Promise<void> {
  const { request } = process.getBuiltinModule("node:http");
  const description = {
    TableName: table,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [
      { AttributeName: "pk", KeyType: "HASH" },
      { AttributeName: "sk", KeyType: "RANGE" },
    ],
    AttributeDefinitions: [
      { AttributeName: "pk", AttributeType: "S" },
      { AttributeName: "sk", AttributeType: "S" },
    ],
  };
  const call = request({
    host: "127.0.0.1",
    port,
    path,
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "DynamoDB_20120810.CreateTable",
      // dynalite asks for the parts of a signature and does not check it.
      authorization:
        "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=local",
      "x-amz-date": "20260101T000000Z",
    },
  });
  call.end(JSON.stringify(description));
  const [response] = await once(call, "response");
  if (response.statusCode !== 200) throw new Error(`The table ${table} was not created (${response.statusCode}).`);
  response.resume();
}

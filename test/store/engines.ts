import { randomUUID } from "node:crypto";
import {
  type AttributeValue,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DynamoDBClient,
  ScanCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { freePort } from "../../emulators/free-port.ts";
import { startLocalTable } from "../../emulators/local-table.ts";
import { findProgram, startProgram } from "../support/programs.ts";

type Attributes = Record<string, AttributeValue>;

/** A table of its own on something that speaks DynamoDB's protocol. */
export interface Engine {
  readonly endpoint: string;
  readonly table: string;
  /** All items as the engine has them, expired or not, parts too. */
  scan(): Promise<Attributes[]>;
  /** Deletes an item by hand. */
  remove(item: Attributes): Promise<void>;
  close(): Promise<void>;
}

/** Engines on this machine ask for credentials and look at none. */
export function standInCredentials(): void {
  process.env.AWS_ACCESS_KEY_ID ||= "LOCAL";
  process.env.AWS_SECRET_ACCESS_KEY ||= "local";
  process.env.AWS_REGION ||= "us-east-1";
}

/** The embedded engine, as `dev` starts it. */
export async function startDynalite(): Promise<Engine> {
  const { url, close } = await startLocalTable();
  return openEngine(url, close);
}

/** Where moto's server lies on this machine; undefined where it is not installed. */
export const findMoto = (): string | undefined => findProgram("moto_server");

/** moto's server in a process of its own: every service of AWS that it imitates at one address. */
export async function startMotoServer(program: string): Promise<{ endpoint: string; close(): Promise<void> }> {
  const port = await freePort();
  const { readyWhen, close } = startProgram(program, ["-H", "127.0.0.1", "-p", String(port)]);
  const endpoint = `http://127.0.0.1:${port}`;
  await readyWhen(() => answers(`${endpoint}/moto-api/`));
  return { endpoint, close };
}

/** Whether something answers there, with one of these statuses. */
export const answers = (url: string, statuses: readonly number[] = [200]): Promise<boolean> =>
  fetch(url).then(
    ({ status }) => statuses.includes(status),
    () => false,
  );

/** A new table at an endpoint; it is deleted again before `stop` is called. */
export async function openEngine(endpoint: string, stop: () => Promise<void>): Promise<Engine> {
  const client = new DynamoDBClient({ endpoint });
  const table = `contract-${randomUUID()}`;
  await client.send(
    new CreateTableCommand({
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
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 60 }, { TableName: table });
  return {
    endpoint,
    table,
    async scan() {
      const items: Attributes[] = [];
      let start: Attributes | undefined;
      do {
        const input = { TableName: table, ConsistentRead: true, ...(start && { ExclusiveStartKey: start }) };
        const page = await client.send(new ScanCommand(input));
        items.push(...(page.Items ?? []));
        start = page.LastEvaluatedKey;
      } while (start);
      return items;
    },
    async remove({ pk, sk }) {
      if (pk && sk) await client.send(new DeleteItemCommand({ TableName: table, Key: { pk, sk } }));
    },
    async close() {
      await client.send(new DeleteTableCommand({ TableName: table }));
      client.destroy();
      await stop();
    },
  };
}

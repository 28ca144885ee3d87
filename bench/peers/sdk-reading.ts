/** The SDK's own entry with a tool that reads an item of a table through AWS's document client, as AWS documents it. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { createMcpHandler } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import { createToolServer } from "../subjects/tools.ts";
import { webToLambda } from "./web-to-lambda.ts";

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const input = z.object({ key: z.string() });
const { fetch } = createMcpHandler(() => {
  const server = createToolServer();
  server.registerTool("recall", { inputSchema: input }, async ({ key }) => {
    const get = new GetCommand({ TableName: process.env.MCP_ANYCLOUD_TABLE, Key: { pk: key, sk: "value" } });
    const { Item: item } = await client.send(get);
    return { content: [{ type: "text", text: JSON.stringify(item ?? null) }] };
  });
  return server;
});
export const handler = webToLambda((request) => fetch(request));

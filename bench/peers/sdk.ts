/** The SDK's own entry. */
import { createMcpHandler } from "@modelcontextprotocol/server";
import { createToolServer } from "../subjects/tools.ts";
import { webToLambda } from "./web-to-lambda.ts";

const { fetch } = createMcpHandler(() => createToolServer());
export const handler = webToLambda((request) => fetch(request));

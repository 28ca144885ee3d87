/** The SDK's own entry under the thinnest mapping of Lambda's events. */
import { createMcpHandler } from "@modelcontextprotocol/server";
import { createToolServer } from "../subjects/tools.ts";
import { webToLambda } from "./web-to-lambda.ts";

const { fetch } = createMcpHandler(() => createToolServer());
export const handler = webToLambda((request) => fetch(request));

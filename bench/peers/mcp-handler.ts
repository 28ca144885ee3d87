import { createMcpHandler } from "mcp-handler";
import { addTools } from "../subjects/tools.ts";
import { webToLambda } from "./web-to-lambda.ts";

export const handler = webToLambda(createMcpHandler(addTools, { serverInfo: { name: "bench", version: "1.0.0" } }));

/** Vercel's `mcp-handler` under the thinnest mapping of Lambda's events. */
import { createMcpHandler } from "mcp-handler";
import { addTools } from "../subjects/tools.ts";
import { webToLambda } from "./web-to-lambda.ts";

const serverInfo = { name: "bench", version: "1.0.0" };
export const handler = webToLambda(createMcpHandler((server) => addTools(server), { serverInfo }));

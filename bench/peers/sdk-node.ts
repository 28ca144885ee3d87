/** The SDK's own entry under `node:http`, as its documentation shows it. */
import { createServer } from "node:http";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { createToolServer } from "../subjects/tools.ts";

createServer(toNodeHandler(createMcpHandler(() => createToolServer()))).listen(Number(process.env.PORT));

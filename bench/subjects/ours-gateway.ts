import { defineServer, type ServerDefinition } from "../../src/index.ts";
import { gateway } from "../../src/sources/sources.ts";
import { createToolServer } from "./tools.ts";

/** A gateway of the server that is measured alone, under that server's names. */
const server: ServerDefinition = gateway(
  { tools: defineServer({ createServer: () => createToolServer() }) },
  { prefixes: { tools: "" } },
);
export default server;

import { defineServer, type ServerDefinition } from "../../src/index.ts";
import { createToolServer } from "./tools.ts";

/** A server as users are told to write it. */
const server: ServerDefinition = defineServer({ createServer: () => createToolServer() });
export default server;

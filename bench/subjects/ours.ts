import { defineServer, type ServerDefinition } from "../../src/index.ts";
import { createToolServer } from "./tools.ts";

/** As users are told to write it: the factory needs nothing of the request. */
const server: ServerDefinition = defineServer({ createServer: () => createToolServer() });
export default server;

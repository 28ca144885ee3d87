import { defineServer, type ServerDefinition } from "../../src/index.ts";
import { createToolServer } from "./tools.ts";

/** A factory that may build something else for each request, so that no server is used twice. */
const server: ServerDefinition = defineServer({
  createServer: ({ caller }) => {
    void caller;
    return createToolServer();
  },
});
export default server;

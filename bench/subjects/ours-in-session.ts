import type { HttpHandler } from "../../src/adapter.ts";
import { createMcpEndpoint, createMemoryStore, defineServer } from "../../src/index.ts";
import { createToolServer } from "./tools.ts";

/** An endpoint with sessions, which it keeps in the memory of its process, as its peers do. */
const endpoint: HttpHandler = createMcpEndpoint(defineServer({ createServer: () => createToolServer() }), {
  store: createMemoryStore(),
});
export default endpoint;

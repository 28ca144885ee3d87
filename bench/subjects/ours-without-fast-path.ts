import type { HttpHandler } from "../../src/adapter.ts";
import { createMcpEndpoint, defineServer } from "../../src/index.ts";
import { createToolServer } from "./tools.ts";

/** An endpoint that hands every request to the SDK's `createMcpHandler`. */
const endpoint: HttpHandler = createMcpEndpoint(defineServer({ createServer: () => createToolServer() }), {
  fastPath: false,
});
export default endpoint;

import type { HttpHandler } from "../../src/adapter.ts";
import { createMcpEndpoint, defineServer } from "../../src/index.ts";
import { createToolServer } from "./tools.ts";

/** The SDK's own entry behind our ingress. */
const endpoint: HttpHandler = createMcpEndpoint(defineServer({ createServer: () => createToolServer() }), {
  fastPath: false,
});
export default endpoint;

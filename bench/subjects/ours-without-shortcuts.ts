import { createMcpEndpoint, defineServer, type HttpHandler } from "../../src/index.ts";
import { createToolServer } from "./tools.ts";

/** The SDK's own entry behind our front door. */
const endpoint: HttpHandler = createMcpEndpoint(defineServer({ createServer: () => createToolServer() }), {
  shortcuts: false,
});
export default endpoint;

import type { HttpHandler } from "../../src/adapter.ts";
import { createMcpEndpoint, defineServer } from "../../src/index.ts";
import { createToolServer } from "./tools.ts";

/** An endpoint whose bundle holds no client of DynamoDB. */
const endpoint: HttpHandler = createMcpEndpoint(defineServer({ createServer: () => createToolServer() }));
export default endpoint;

import type { HttpHandler } from "../../src/adapter.ts";
import { createMcpEndpoint, defineServer } from "../../src/index.ts";
import { createToolServer } from "./tools.ts";

/** For a bundle in which there is no way to a table. */
const endpoint: HttpHandler = createMcpEndpoint(defineServer({ createServer: () => createToolServer() }));
export default endpoint;

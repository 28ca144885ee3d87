import type { ServerDefinition } from "../../../src/index.ts";
import { drillServer } from "../drill-server.ts";

const server: ServerDefinition = drillServer("flaky");
export default server;

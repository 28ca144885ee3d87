import { createMcpEndpoint } from "mcp-anycloud";
import { type HttpHandler, readConfig } from "mcp-anycloud/adapter";
import { platformIdentities } from "mcp-anycloud/aws";
import { openConfiguredStore } from "mcp-anycloud/aws/dynamodb";
import { AWS_SETTINGS } from "mcp-anycloud/aws/settings";
import { openConfiguredStateKeys } from "mcp-anycloud/aws/state-keys";
import greeter from "./server.ts";

const config = readConfig(process.env, AWS_SETTINGS);
const store = openConfiguredStore(config);
const stateKeys = openConfiguredStateKeys(config);
const endpoint: HttpHandler = createMcpEndpoint(greeter, { config, store, stateKeys, platformIdentities });
export default endpoint;

import type { ServerDefinition } from "mcp-anycloud";
import { secretToken } from "mcp-anycloud/sources";
import { library } from "./library.ts";

const { LIBRARY_URL = "https://library.example/graphql" } = process.env;

/** One token for all callers. With `delegatedToken`, the API would get one of each caller's own. */
const server: ServerDefinition = library({ endpoint: LIBRARY_URL, auth: secretToken("LIBRARY_TOKEN") });
export default server;

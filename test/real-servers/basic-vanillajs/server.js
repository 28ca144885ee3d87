import { createServer } from "@modelcontextprotocol/server-basic-vanillajs";

export default { createServer };

import { createServer } from "@modelcontextprotocol/server-system-monitor";

export default { createServer };

import type { ServerDefinition } from "mcp-anycloud";
import { gateway, openapi, remote, stdio } from "mcp-anycloud/sources";
import notebook from "../notebook/server.ts";
import weather from "./weather.json" with { type: "json" };

/** A server of one's own, a desktop server, an API, and a server that somebody else runs: at one address. */
const team: ServerDefinition = gateway(
  {
    notes: notebook,
    // Each caller has a process, and the process a folder of its own.
    memory: stdio("npx", ["@modelcontextprotocol/server-memory"], {
      env: { MEMORY_FILE_PATH: "{folder}/memory.jsonl" },
    }),
    weather: openapi(weather, { include: ["get*"] }),
    crm: remote("https://crm.example/mcp", { timeoutSeconds: 10 }),
  },
  { info: { name: "team", version: "1.0.0" } },
);
export default team;

import type { McpSettings } from "../../stacks/environment.ts";

/** Every setting, with a value that is not the default. */
export const EVERY_SETTING: Required<McpSettings> = {
  path: "/notes/mcp",
  allowedOrigins: ["https://a.example", "https://b.example"],
  maxBodyBytes: 1024,
  heartbeatSeconds: 20,
  sessionSeconds: 3600,
  sessionGraceSeconds: 0,
  streamSeconds: 30,
  logLevel: "error",
};

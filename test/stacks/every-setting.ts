import type { Config } from "../../src/adapter.ts";
import type { McpSettings } from "../../stacks/settings.ts";

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
  publicUrl: "https://mcp.example.com/notes/mcp",
  rateLimits: ["principal=600/60", "tool:export_notes=10/3600"],
  maxHeaderBytes: 8192,
  maxJsonDepth: 32,
  maxJsonKeys: 1000,
  maxStreams: 4,
  maxOutputBytes: 65_536,
  audit: "off",
};

/** The same, as the endpoint has them. */
export const EVERY_SETTING_READ: Partial<Config> = {
  ...EVERY_SETTING,
  rateLimits: [
    { of: "principal", limit: 600, windowSeconds: 60 },
    { of: "tool:export_notes", limit: 10, windowSeconds: 3600 },
  ],
};

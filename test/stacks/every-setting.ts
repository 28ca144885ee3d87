import type { Config } from "../../src/adapter.ts";
import { type McpSettings, SETTINGS } from "../../stacks/settings.ts";

/** Values for settings whose type does not name one. */
const EXAMPLES: Partial<McpSettings> = {
  path: "/notes/mcp",
  allowedOrigins: ["https://a.example", "https://b.example"],
  publicUrl: "https://mcp.example.com/notes/mcp",
  rateLimits: ["principal=600/60", "tool:export_notes=10/3600"],
};

/** Every setting, with a value that is not the default. */
export const EVERY_SETTING: Required<McpSettings> = Object.fromEntries(
  (Object.keys(SETTINGS) as (keyof McpSettings)[]).map((field) => [field, EXAMPLES[field] ?? otherThanDefault(field)]),
) as Required<McpSettings>;

function otherThanDefault(field: keyof McpSettings): number | string {
  const { min, max, words = [], default: preset } = SETTINGS[field];
  const value = [min, max, ...words.toReversed()].find((one) => one !== undefined && one !== preset);
  if (value === undefined) throw new Error(`There is no value for the setting ${field}: add one to EXAMPLES.`);
  return value;
}

/** The same, as the endpoint has them. */
export const EVERY_SETTING_READ: Partial<Config> = {
  ...EVERY_SETTING,
  rateLimits: [
    { of: "principal", limit: 600, windowSeconds: 60 },
    { of: "tool:export_notes", limit: 10, windowSeconds: 3600 },
  ],
};

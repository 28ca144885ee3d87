import type { Message } from "esbuild";
import { shownPath } from "../shown-path.ts";
import { LOCATION_PLUGIN } from "./plugins/project/module-location-plugin.ts";

/** The warnings that concern the user, each in one sentence. */
export const toWarnings = (warnings: readonly Message[]): readonly string[] =>
  warnings
    .filter(({ pluginName }) => pluginName === LOCATION_PLUGIN)
    .map(({ text, location }) => {
      const place = location ? `${shownPath(location.file)}:${location.line}` : "a module";
      return `Warning: ${place} names ${text}, which is not shipped: add it to "assets" of "mcp-anycloud" in package.json.`;
    });

import { readHostJson } from "./host-json.ts";

const MINUTE_MS = 60_000;

/**
 * `functionTimeout` of the app in `folder`, in milliseconds; `Infinity` when it is unbounded. The host does not tell the
 * handler, so this reads it as the host does: the app setting, then host.json, then the plan's default.
 * https://learn.microsoft.com/azure/azure-functions/functions-host-json#functiontimeout (and #override-hostjson-values)
 */
export function readFunctionTimeoutMs(environment: NodeJS.ProcessEnv, folder: string): number {
  const configured = environment.AzureFunctionsJobHost__functionTimeout ?? readHostJson(folder).functionTimeout;
  const parsed = typeof configured === "string" ? parseTimeSpanMs(configured) : undefined;
  // functions-scale, "Function app time-out duration": 5 minutes on Consumption ("Dynamic"), 30 on every other plan.
  return parsed ?? (environment.WEBSITE_SKU === "Dynamic" ? 5 : 30) * MINUTE_MS;
}

/** Milliseconds of a .NET TimeSpan such as `00:10:00` or `1.00:00:00`; `Infinity` for `-1`; undefined for other texts. */
export function parseTimeSpanMs(text: string): number | undefined {
  if (text === "-1") return Infinity;
  const match = /^(?:(\d+)\.)?(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d{1,7})?))?$/.exec(text);
  if (!match) return undefined;
  const [, days = "0", hours = "0", minutes = "0", seconds = "0"] = match;
  const totalMinutes = (Number(days) * 24 + Number(hours)) * 60 + Number(minutes);
  return Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) >= 60
    ? undefined
    : totalMinutes * MINUTE_MS + Number(seconds) * 1000;
}

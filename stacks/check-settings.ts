import { Token } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { refuse } from "./refuse.ts";
import { DEFAULT_PATH, type McpSettings } from "./settings.ts";
import { isHttpsUrl } from "./token-issuer.ts";

/** As src/config/config.ts has them, besides what are numbers: a value that it refuses would be found out by the first request. */
export function checkSettings(scope: Construct, settings: McpSettings, hasStore: boolean): void {
  const { path = DEFAULT_PATH, allowedOrigins = [], logLevel, publicUrl, rateLimits = [], audit } = settings;
  // The gateway's resources and the URL that clients get are made of it.
  if (!/^(\/[\w.~-]+)+$/.test(path)) {
    refuse(scope, "settings.path", `must be a path such as /mcp, without a slash at its end, not ${path}.`);
  }
  const isOrigin = (text: string): boolean =>
    text === "*" || Token.isUnresolved(text) || URL.parse(text)?.origin === text;
  const other = allowedOrigins.find((origin) => !isOrigin(origin));
  if (other !== undefined) {
    refuse(scope, "settings.allowedOrigins", `must be web origins such as https://app.example, or *, not ${other}.`);
  }
  if (logLevel !== undefined && !["info", "error", "silent"].includes(logLevel)) {
    refuse(scope, "settings.logLevel", `must be info, error or silent, not ${logLevel}.`);
  }
  if (publicUrl !== undefined && !isHttpsUrl(publicUrl)) {
    const form =
      "the https URL at which clients reach the endpoint, without query, such as https://mcp.example.com/mcp";
    refuse(scope, "settings.publicUrl", `must be ${form}, not ${publicUrl}.`);
  }
  checkRateLimits(scope, rateLimits, hasStore);
  if (audit !== undefined && !["on", "off"].includes(audit)) {
    refuse(scope, "settings.audit", `must be on or off, not ${audit}.`);
  }
}

const RATE_LIMIT = /^(principal|address|tool:[\w./-]{1,128})=[1-9]\d{0,8}\/([1-9]\d{0,4})$/;
const LONGEST_WINDOW_SECONDS = 86_400;

function checkRateLimits(scope: Construct, rateLimits: readonly string[], hasStore: boolean): void {
  const refused = (sentence: string): never => refuse(scope, "settings.rateLimits", sentence);
  const isLimit = (text: string): boolean => Number(RATE_LIMIT.exec(text)?.[2]) <= LONGEST_WINDOW_SECONDS;
  const other = rateLimits.find((text) => !isLimit(text));
  if (other !== undefined) {
    const form = "such as principal=600/60, address=1200/60 or tool:export_notes=10/60";
    refused(`must be limits ${form}: so many requests in so many seconds, at most 86400, not ${other}.`);
  }
  const subjects = rateLimits.map((text) => text.replace(/=.*/, ""));
  const twice = subjects.find((subject, index) => subjects.indexOf(subject) !== index);
  if (twice !== undefined) refused(`must limit ${twice} once: of two limits, one would silently be none.`);
  if (rateLimits.length > 0 && !hasStore) refused('is of no use with sessionStore "none": leave one of the two out.');
}

import { Token } from "aws-cdk-lib";
import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { refuse } from "./refuse.ts";

/** How the endpoint behaves, in the words of its configuration (README, Settings). None costs anything by itself. */
export interface McpSettings {
  /** Path of the endpoint. Default `/mcp`. */
  readonly path?: string;
  /** Web origins that may call from a browser, or `*`. Default: none. */
  readonly allowedOrigins?: readonly string[];
  /** Largest request body in bytes. Default 4194304. */
  readonly maxBodyBytes?: number;
  /** Seconds of silence after which a stream carries a comment. Default 15. */
  readonly heartbeatSeconds?: number;
  /** Seconds after its last request for which a session lives. Default 86400. */
  readonly sessionSeconds?: number;
  /** Seconds for which an expired session still comes back. Default 604800. */
  readonly sessionGraceSeconds?: number;
  /**
   * Seconds after which a stream that waits for news ends, and its client opens another. Default 60 on Lambda, where
   * each keeps an execution environment to itself and is billed while it waits.
   */
  readonly streamSeconds?: number;
  /** `info` logs every request, and dashboard and alarms read those lines; `error` and `silent` blind them. Default `info`. */
  readonly logLevel?: "info" | "error" | "silent";
}

/** Setting → variable. The only place in `stacks/` that spells one of them, besides what the stack itself knows. */
const SETTINGS: Readonly<Record<keyof McpSettings, string>> = {
  path: "MCP_ANYCLOUD_PATH",
  allowedOrigins: "MCP_ANYCLOUD_ALLOWED_ORIGINS",
  maxBodyBytes: "MCP_ANYCLOUD_MAX_BODY_BYTES",
  heartbeatSeconds: "MCP_ANYCLOUD_HEARTBEAT_SECONDS",
  sessionSeconds: "MCP_ANYCLOUD_SESSION_SECONDS",
  sessionGraceSeconds: "MCP_ANYCLOUD_SESSION_GRACE_SECONDS",
  streamSeconds: "MCP_ANYCLOUD_STREAM_SECONDS",
  logLevel: "MCP_ANYCLOUD_LOG_LEVEL",
};

export const DEFAULT_PATH = "/mcp";

export interface EnvironmentParts {
  readonly settings: McpSettings;
  /** Variables of the user's own server. */
  readonly own: Readonly<Record<string, string>>;
  readonly table: ITableV2 | undefined;
  readonly keyRing: ISecret | undefined;
  /** Name under a custom domain; the endpoint then serves no other. */
  readonly host: string | undefined;
}

/** The variables that the function gets. */
export function toEnvironment(scope: Construct, parts: EnvironmentParts): Record<string, string> {
  const { settings, own, table, keyRing, host } = parts;
  checkOwn(scope, own);
  checkSettings(scope, settings);
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return {
    ...own,
    ...Object.fromEntries(given.map(([setting, value]) => [SETTINGS[setting as keyof McpSettings], String(value)])),
    ...(table && { MCP_ANYCLOUD_TABLE: table.tableName }),
    ...(keyRing && { MCP_ANYCLOUD_STATE_KEYS_SECRET: keyRing.secretArn }),
    ...(host && { MCP_ANYCLOUD_ALLOWED_HOSTS: host }),
  };
}

/** What Lambda refuses, or would replace (Lambda Developer Guide, "Defined runtime environment variables"). */
const OF_LAMBDA =
  /^(AWS_(REGION|DEFAULT_REGION|EXECUTION_ENV|ACCESS_KEY|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|LAMBDA_.*)|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR|_.*)$/;

function checkOwn(scope: Construct, own: EnvironmentParts["own"]): void {
  for (const name of Object.keys(own)) {
    const refused = (sentence: string): never => refuse(scope, `environment.${name}`, sentence);
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      refused("must be a name of letters, digits and underscores that does not start with a digit.");
    }
    if (name.toUpperCase().startsWith("MCP_ANYCLOUD_")) refused("is a setting of the endpoint: use the prop for it.");
    if (OF_LAMBDA.test(name)) refused("is a name that Lambda keeps for itself: take another one.");
  }
}

/** As src/config.ts has them, besides what are numbers: a value that it refuses would be found out by the first request. */
function checkSettings(scope: Construct, { path = DEFAULT_PATH, allowedOrigins = [], logLevel }: McpSettings): void {
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
}

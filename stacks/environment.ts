import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import type { AccessVariables } from "./access-environment.ts";
import { checkSettings } from "./check-settings.ts";
import { refuse } from "./refuse.ts";
import type { McpSettings } from "./settings.ts";

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
  publicUrl: "MCP_ANYCLOUD_PUBLIC_URL",
  rateLimits: "MCP_ANYCLOUD_RATE_LIMITS",
  maxHeaderBytes: "MCP_ANYCLOUD_MAX_HEADER_BYTES",
  maxJsonDepth: "MCP_ANYCLOUD_MAX_JSON_DEPTH",
  maxJsonKeys: "MCP_ANYCLOUD_MAX_JSON_KEYS",
  maxStreams: "MCP_ANYCLOUD_MAX_STREAMS",
  maxOutputBytes: "MCP_ANYCLOUD_MAX_OUTPUT_BYTES",
  audit: "MCP_ANYCLOUD_AUDIT",
};

export interface EnvironmentParts {
  readonly settings: McpSettings;
  /** Variables of the user's own server. */
  readonly own: Readonly<Record<string, string>>;
  readonly table: ITableV2 | undefined;
  readonly keyRing: ISecret | undefined;
  /** Name under a custom domain; the endpoint then serves no other. */
  readonly host: string | undefined;
  /** How the endpoint finds out who calls. */
  readonly access: AccessVariables;
}

/** The variables that the function gets. */
export function toEnvironment(scope: Construct, parts: EnvironmentParts): Record<string, string> {
  const { settings, own, table, keyRing, host, access } = parts;
  checkOwn(scope, own);
  checkSettings(scope, settings, table !== undefined);
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return {
    ...own,
    ...Object.fromEntries(given.map(([setting, value]) => [SETTINGS[setting as keyof McpSettings], String(value)])),
    ...(table && { MCP_ANYCLOUD_TABLE: table.tableName }),
    ...(keyRing && { MCP_ANYCLOUD_STATE_KEYS_SECRET: keyRing.secretArn }),
    ...(host && { MCP_ANYCLOUD_ALLOWED_HOSTS: host }),
    ...access,
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

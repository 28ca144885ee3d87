import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import type { AccessVariables } from "../access/access-environment.ts";
import { checkSettings } from "../checks/check-settings.ts";
import { refuse } from "../checks/refuse.ts";
import { type McpSettings, SETTINGS } from "../settings.ts";
import type { RedisProps } from "../state/redis.ts";

export interface EnvironmentParts {
  readonly settings: McpSettings;
  /** Variables for the user's own server. */
  readonly own: Readonly<Record<string, string>>;
  readonly table: ITableV2 | undefined;
  readonly redis: RedisProps | undefined;
  readonly keyRing: ISecret | undefined;
  /** Name of a custom domain; the endpoint then serves no other host. */
  readonly host: string | undefined;
  /** Variables that configure authentication. */
  readonly access: AccessVariables;
}

/** The function's variables. */
export function toEnvironment(scope: Construct, parts: EnvironmentParts): Record<string, string> {
  const { settings, own, table, redis, keyRing, host, access } = parts;
  checkOwn(scope, own);
  checkSettings(scope, settings, (table ?? redis) !== undefined);
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return {
    ...own,
    ...Object.fromEntries(
      given.map(([setting, value]) => [SETTINGS[setting as keyof McpSettings].variable, String(value)]),
    ),
    ...(table && { MCP_ANYCLOUD_TABLE: table.tableName }),
    ...(redis && { MCP_ANYCLOUD_REDIS_URL_SECRET: redis.urlSecret.secretArn }),
    ...(keyRing && { MCP_ANYCLOUD_STATE_KEYS_SECRET: keyRing.secretArn }),
    ...(host && { MCP_ANYCLOUD_ALLOWED_HOSTS: host }),
    ...access,
  };
}

/** Names that Lambda refuses, or would replace (Lambda Developer Guide, "Defined runtime environment variables"). */
const RESERVED =
  /^(AWS_(REGION|DEFAULT_REGION|EXECUTION_ENV|ACCESS_KEY|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|LAMBDA_.*)|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR|_.*)$/;

function checkOwn(scope: Construct, own: EnvironmentParts["own"]): void {
  for (const name of Object.keys(own)) {
    const refused = (sentence: string): never => refuse(scope, `environment.${name}`, sentence);
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      refused("must be a name of letters, digits and underscores that does not start with a digit.");
    }
    if (name.toUpperCase().startsWith("MCP_ANYCLOUD_")) refused("is a setting of the endpoint: use the prop for it.");
    if (RESERVED.test(name)) refused("is a name that Lambda keeps for itself: take another one.");
  }
}

import { AnycloudError } from "../errors.ts";
import type { LogLevel } from "../http/request-log.ts";
import { AUTH_SETTINGS, type AuthConfig } from "./auth-settings.ts";
import { AUTHORIZATION_SETTINGS, type AuthorizationConfig } from "./authorization-settings.ts";
import { ENDPOINT_SETTINGS } from "./endpoint-settings.ts";
import type { StateKeyEntry } from "./key-ring.ts";
import { LIMIT_SETTINGS, type LimitConfig } from "./limit-settings.ts";
import type { Settings } from "./settings.ts";

/** How an endpoint behaves. Every field has a variable of the environment; `readConfig` is the only place that reads one. */
export interface Config extends AuthConfig, AuthorizationConfig, LimitConfig {
  /** Path of the MCP endpoint. Default `/mcp`. */
  readonly path: string;
  /**
   * Host names that the `Host` header may carry, without port. Default: none listed, which leaves hosts to the
   * platform's ingress, but holds callers on the loopback interface to loopback names (DNS rebinding).
   */
  readonly allowedHosts?: readonly string[];
  /**
   * Web origins that may call from a browser: `https://app.example`, or `*` for any. Clients that are not browsers send
   * no `Origin` and are not affected. Default: none, but loopback origins for callers on the loopback interface.
   */
  readonly allowedOrigins?: readonly string[];
  /** Largest request body in bytes; a larger one is answered with 413. Default 4 MiB. */
  readonly maxBodyBytes: number;
  /** Seconds of silence after which an open stream sends an SSE comment, below every platform's idle limit. Default 15. */
  readonly heartbeatSeconds: number;
  /** Name of the DynamoDB table for sessions and shared state. Default: none, and everything is stateless. */
  readonly table?: string;
  /**
   * AWS role that instances outside AWS take on for the table, with the platform's own identity for them (OIDC web
   * identity). Default: the credentials of AWS's own chain.
   */
  readonly awsRoleArn?: string;
  /** Audience of the identity token that is traded for `awsRoleArn`. Default `sts.amazonaws.com`. */
  readonly awsTokenAudience: string;
  /** Seconds without a request after which a 2025-era session expires. Default 86400, a day. */
  readonly sessionSeconds: number;
  /** Seconds for which an expired session still comes back when its client does. Default 604800, a week; 0 for never. */
  readonly sessionGraceSeconds: number;
  /**
   * Seconds after which a stream that only waits for notifications ends gracefully, so that its client opens another.
   * Default: 60 where a waiting stream keeps an instance to itself, else 840.
   */
  readonly streamSeconds?: number;
  /**
   * Keys that seal what travels through the client (`requestState`). The first one seals; all of them open, so a new key
   * goes first, and the old one leaves when what it sealed has expired. Default: none, and sealing is refused.
   */
  readonly stateKeys?: readonly StateKeyEntry[];
  /**
   * ARN or name of a secret of AWS Secrets Manager whose text is in the form of MCP_ANYCLOUD_STATE_KEYS, instead of that.
   * The core reads no secret: the generated entries do, with the role for the table. Default: none.
   */
  readonly stateKeysSecret?: string;
  /** `info` writes one line per request, `error` only for those that failed here, `silent` none. Default `info`. */
  readonly logLevel: LogLevel;
}

const PREFIX = "MCP_ANYCLOUD_";
/** Read by the command line, not by an endpoint. */
const FOREIGN = new Set(["MCP_ANYCLOUD_DEBUG"]);

const SETTINGS: Settings<keyof Config> = {
  ...ENDPOINT_SETTINGS,
  ...AUTH_SETTINGS,
  ...AUTHORIZATION_SETTINGS,
  ...LIMIT_SETTINGS,
};

/** The variables of the environment that `readConfig` knows. */
export const CONFIG_VARIABLES: readonly string[] = Object.keys(SETTINGS);

const DEFAULTS: Config = {
  path: "/mcp",
  maxBodyBytes: 4_194_304,
  heartbeatSeconds: 15,
  awsTokenAudience: "sts.amazonaws.com",
  sessionSeconds: 86_400,
  sessionGraceSeconds: 604_800,
  maxOutputBytes: 4_194_304,
  maxHeaderBytes: 16_384,
  maxJsonDepth: 64,
  maxJsonKeys: 10_000,
  logLevel: "info",
};

/**
 * Reads the configuration in one pass. An empty variable counts as absent.
 * Throws CONFIG_INVALID with every problem in one sentence; an unknown variable with our prefix is one, because a
 * misspelt limit must not silently be no limit.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const found: Record<string, unknown> = {};
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith(PREFIX) || FOREIGN.has(variable) || !value) continue;
    const setting = Object.hasOwn(SETTINGS, variable) ? SETTINGS[variable] : undefined;
    if (!setting) {
      problems.push(`${variable} is not a setting (there are ${CONFIG_VARIABLES.join(", ")})`);
      continue;
    }
    const parsed = setting.schema().safeParse(value);
    if (parsed.success) found[setting.field] = parsed.data;
    else
      problems.push(
        `${variable} must ${setting.must}${setting.secret ? "" : `, not ${JSON.stringify(withoutPasswords(value))}`}`,
      );
  }
  if ("stateKeys" in found && "stateKeysSecret" in found) {
    problems.push("MCP_ANYCLOUD_STATE_KEYS and MCP_ANYCLOUD_STATE_KEYS_SECRET are two key rings: keep one of them");
  }
  if (problems.length > 0) {
    throw new AnycloudError("CONFIG_INVALID", `The environment is not valid: ${problems.join("; ")}.`);
  }
  return { ...DEFAULTS, ...found };
}

/** A text in which URLs name no user: where there is one, a password is not far. */
const withoutPasswords = (text: string): string => text.replaceAll(/:\/\/[^/@\s"]*@/g, "://…@");

import * as z from "zod/v4";
import { AnycloudError } from "./errors.ts";
import { KEY_RING_FORM, keyRing, type StateKeyEntry } from "./state-keys.ts";

/** How an endpoint behaves. Every field has a variable of the environment; `readConfig` is the only place that reads one. */
export interface Config {
  /** Path of the MCP endpoint. Default `/mcp`. */
  readonly path: string;
  /**
   * Host names that the `Host` header may carry, without port. Default: none listed, which leaves hosts to the
   * platform's front door, but holds callers on the loopback interface to loopback names (DNS rebinding).
   */
  readonly allowedHosts?: readonly string[];
  /**
   * Web origins that may call from a browser: `https://app.example`, or `*` for any. Clients that are not browsers send
   * no `Origin` and are not affected. Default: none, but loopback origins for callers on the loopback interface.
   */
  readonly allowedOrigins?: readonly string[];
  /** Largest request body in bytes; a larger one is answered with 413. Default 4 MiB. */
  readonly maxBodyBytes: number;
  /** Seconds of silence after which an open stream carries an SSE comment, below every platform's idle limit. Default 15. */
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
   * Seconds after which a stream that only waits for news is ended gracefully, so that its client opens another.
   * Default: 60 where a waiting stream keeps an instance to itself (Lambda), else 840.
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
  readonly logLevel: "silent" | "error" | "info";
}

const PREFIX = "MCP_ANYCLOUD_";
/** Read by the command line, not by an endpoint. */
const FOREIGN = new Set(["MCP_ANYCLOUD_DEBUG"]);

const list = z.string().transform((text) => {
  const items = text.split(",").map((item) => item.trim());
  return items.filter((item) => item !== "");
});
const wholeNumber = (min: number, max: number): z.ZodType<number, string> =>
  z
    .string()
    .regex(/^\d+$/)
    .transform(Number)
    .refine((n) => n >= min && n <= max);

/** Variable → field, schema, and what the variable must be, in the words of the error. */
const SETTINGS = {
  MCP_ANYCLOUD_PATH: {
    field: "path",
    schema: z.string().regex(/^(\/[\w.~-]+)+$/),
    must: "be a path such as /mcp, without a slash at its end",
  },
  MCP_ANYCLOUD_ALLOWED_HOSTS: {
    field: "allowedHosts",
    schema: list.refine((hosts) => hosts.every((host) => /^([\w.-]+|\[[\da-f:]+\])$/i.test(host))),
    must: "be host names without scheme or port, separated by commas",
  },
  MCP_ANYCLOUD_ALLOWED_ORIGINS: {
    field: "allowedOrigins",
    schema: list.refine((origins) => origins.every((origin) => origin === "*" || URL.parse(origin)?.origin === origin)),
    must: "be web origins such as https://app.example, separated by commas, or *",
  },
  MCP_ANYCLOUD_MAX_BODY_BYTES: {
    field: "maxBodyBytes",
    schema: wholeNumber(1, 33_554_432),
    must: "be a whole number of bytes from 1 to 33554432",
  },
  MCP_ANYCLOUD_HEARTBEAT_SECONDS: {
    field: "heartbeatSeconds",
    schema: wholeNumber(1, 200),
    must: "be a whole number of seconds from 1 to 200",
  },
  MCP_ANYCLOUD_TABLE: {
    field: "table",
    schema: z.string().regex(/^[\w.-]{3,255}$/),
    must: "be the name of a DynamoDB table",
  },
  MCP_ANYCLOUD_AWS_ROLE_ARN: {
    field: "awsRoleArn",
    schema: z.string().regex(/^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/),
    must: "be the ARN of a role, such as arn:aws:iam::123456789012:role/mcp-sessions",
  },
  MCP_ANYCLOUD_AWS_TOKEN_AUDIENCE: {
    field: "awsTokenAudience",
    schema: z.string().regex(/^\S{1,255}$/),
    must: "be the audience that the role trusts, without spaces",
  },
  MCP_ANYCLOUD_SESSION_SECONDS: {
    field: "sessionSeconds",
    schema: wholeNumber(60, 2_592_000),
    must: "be a whole number of seconds from 60 to 2592000",
  },
  MCP_ANYCLOUD_SESSION_GRACE_SECONDS: {
    field: "sessionGraceSeconds",
    schema: wholeNumber(0, 31_536_000),
    must: "be a whole number of seconds from 0 to 31536000",
  },
  MCP_ANYCLOUD_STREAM_SECONDS: {
    field: "streamSeconds",
    schema: wholeNumber(1, 3600),
    must: "be a whole number of seconds from 1 to 3600",
  },
  MCP_ANYCLOUD_STATE_KEYS: {
    field: "stateKeys",
    schema: keyRing,
    must: `be ${KEY_RING_FORM}`,
    secret: true,
  },
  MCP_ANYCLOUD_STATE_KEYS_SECRET: {
    field: "stateKeysSecret",
    // Key material that was meant for the variable above has a colon, and a name has none.
    schema: z.string().regex(/^(arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:)?[\w/+=.@-]{1,512}$/),
    must: "be the name or ARN of a secret of AWS Secrets Manager",
    secret: true,
  },
  MCP_ANYCLOUD_LOG_LEVEL: {
    field: "logLevel",
    schema: z.enum(["silent", "error", "info"]),
    must: "be silent, error or info",
  },
} as const satisfies Record<string, { field: keyof Config; schema: z.ZodType; must: string; secret?: true }>;

/** The variables of the environment that `readConfig` knows. */
export const CONFIG_VARIABLES: readonly string[] = Object.keys(SETTINGS);

const DEFAULTS: Config = {
  path: "/mcp",
  maxBodyBytes: 4_194_304,
  heartbeatSeconds: 15,
  awsTokenAudience: "sts.amazonaws.com",
  sessionSeconds: 86_400,
  sessionGraceSeconds: 604_800,
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
    const setting = Object.hasOwn(SETTINGS, variable) ? SETTINGS[variable as keyof typeof SETTINGS] : undefined;
    if (!setting) {
      problems.push(`${variable} is not a setting (there are ${CONFIG_VARIABLES.join(", ")})`);
      continue;
    }
    const parsed = setting.schema.safeParse(value);
    if (parsed.success) found[setting.field] = parsed.data;
    else
      problems.push(`${variable} must ${setting.must}${"secret" in setting ? "" : `, not ${JSON.stringify(value)}`}`);
  }
  if ("stateKeys" in found && "stateKeysSecret" in found) {
    problems.push("MCP_ANYCLOUD_STATE_KEYS and MCP_ANYCLOUD_STATE_KEYS_SECRET are two key rings: keep one of them");
  }
  if (problems.length > 0) {
    throw new AnycloudError("CONFIG_INVALID", `The environment is not valid: ${problems.join("; ")}.`);
  }
  return { ...DEFAULTS, ...found };
}

import * as z from "zod/v4";
import type { Config } from "./config.ts";
import { KEY_RING_FORM, keyRing } from "./key-ring.ts";
import { list, type Settings, wholeNumber } from "./settings.ts";

/** The variables of what an endpoint is and keeps. */
export const ENDPOINT_SETTINGS: Settings<keyof Config> = {
  MCP_ANYCLOUD_PATH: {
    field: "path",
    schema: () => z.string().regex(/^(\/[\w.~-]+)+$/),
    must: "be a path such as /mcp, without a slash at its end",
  },
  MCP_ANYCLOUD_ALLOWED_HOSTS: {
    field: "allowedHosts",
    schema: () => list().refine((hosts) => hosts.every((host) => /^([\w.-]+|\[[\da-f:]+\])$/i.test(host))),
    must: "be host names without scheme or port, separated by commas",
  },
  MCP_ANYCLOUD_ALLOWED_ORIGINS: {
    field: "allowedOrigins",
    schema: () =>
      list().refine((origins) => origins.every((origin) => origin === "*" || URL.parse(origin)?.origin === origin)),
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
    schema: () => z.string().regex(/^[\w.-]{3,255}$/),
    must: "be the name of a DynamoDB table",
  },
  MCP_ANYCLOUD_AWS_ROLE_ARN: {
    field: "awsRoleArn",
    schema: () => z.string().regex(/^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/),
    must: "be the ARN of a role, such as arn:aws:iam::123456789012:role/mcp-sessions",
  },
  MCP_ANYCLOUD_AWS_TOKEN_AUDIENCE: {
    field: "awsTokenAudience",
    schema: () => z.string().regex(/^\S{1,255}$/),
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
    schema: () => z.string().regex(/^(arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:)?[\w/+=.@-]{1,512}$/),
    must: "be the name or ARN of a secret of AWS Secrets Manager",
    secret: true,
  },
  MCP_ANYCLOUD_LOG_LEVEL: {
    field: "logLevel",
    schema: () => z.enum(["silent", "error", "info"]),
    must: "be silent, error or info",
  },
};

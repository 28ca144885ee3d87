import type { Duration } from "aws-cdk-lib";
import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { IVpc } from "aws-cdk-lib/aws-ec2";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Auth } from "./access/auth.ts";
import type { DeploymentProps } from "./compute/canary.ts";
import type { IngressKind } from "./ingress/ingress.ts";
import type { Throttle } from "./ingress/rest-api.ts";
import type { CustomDomain } from "./ingress/rest-domain.ts";
import type { AlarmProps } from "./operations/alarms.ts";
import type { McpSettings } from "./settings.ts";
import type { RedisProps } from "./state/redis.ts";
import type { SessionTableProps } from "./state/session-table.ts";

/**
 * An MCP server on AWS. "Idle" is the cost of a month without calls (prices of us-east-1, to be checked
 * against AWS's own). With the defaults: $0.40 for the key ring's secret and $0.80 for the alarms.
 */
export interface McpServerProps {
  /**
   * The server's name, in the tag `mcp-server` of every resource. 3 to 24 lower-case letters, digits and hyphens.
   * Default: the stack's name in lower case. Idle: nothing.
   */
  readonly name?: string;
  /** Decides who may call. Required: see `Auth`. Idle: nothing. */
  readonly auth: Auth;
  /** The ingress that clients connect to. Default `"rest-api"`: see `IngressKind`. Idle: nothing. */
  readonly ingress?: IngressKind;

  /** Folder that `mcp-anycloud build` made. Default `dist/aws`, for a Web Function `dist/gcp`. Idle: nothing. */
  readonly artefact?: string;
  /** Variables for your own server, besides `settings`. Default: none. Idle: nothing. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How the endpoint behaves. Default: as docs/settings.md says. Idle: nothing. */
  readonly settings?: McpSettings;

  /** Streams answers as they are made. Without it, they are collected first, and no client can wait for events. Default true. Idle: nothing. */
  readonly streaming?: boolean;
  /** Longest time of a request. Default 15 minutes; 29 seconds behind a REST API that buffers. Idle: nothing. */
  readonly timeout?: Duration;
  /** Memory in MiB, and with it the share of a processor. Default 1024. Idle: nothing. */
  readonly memoryMiB?: number;
  /**
   * Most requests and streams at a time, each of which has an instance to itself: a limit of what a flood can cost, also to
   * other functions of the account. As many are set aside for this function; AWS leaves at least 100 of the account's to all
   * others, and refuses more, so a new account, whose quota is 10, takes no number. `"unreserved"`: the account's quota is
   * the limit. Default `"unreserved"`; set a number, such as 100, as soon as the quota allows it. Idle: nothing.
   */
  readonly reservedConcurrency?: number | "unreserved";
  /**
   * Instances of the newest version that are started beforehand. They are part of `reservedConcurrency`. Default none: the first
   * call waits for a start. Idle: $8.80 for each with 1024 MiB.
   */
  readonly provisionedConcurrency?: number;
  /**
   * Network for the function, to reach what is in it. Default: none. Idle: nothing for the function, but it then reaches
   * AWS only through a NAT gateway (from $32) or interface endpoints (from $7 each and zone).
   */
  readonly vpc?: IVpc;
  /**
   * For a server that is defined with tasks (docs/tasks.md): lets the function invoke itself, with a queue for jobs that failed,
   * and two alarms. Default false. Idle: $0.20 for the alarms.
   */
  readonly tasks?: boolean;
  /** How a new version takes over. Default: tried first, then a canary that the alarms roll back. Idle: nothing. */
  readonly deployment?: DeploymentProps;

  /** Name of your own, REST API only. Default: API Gateway's, with `/prod` before every path. Idle: see `CustomDomain`. */
  readonly customDomain?: CustomDomain;
  /** Limit of what all callers together may send, REST API only. Default 100 per second, 200 at a time. Idle: nothing. */
  readonly throttle?: Throttle;
  /** ARN of a Regional WAFv2 web ACL, REST API only. Default: none. Idle: $5 and $1 per rule. */
  readonly webAclArn?: string;
  /**
   * The role by which API Gateway writes logs is a setting of the whole account in the Region. `"create"` sets it, and
   * leaves it behind; `"existing"` where something else has set it. REST API only. Default `"create"`. Idle: nothing.
   */
  readonly apiGatewayLogRole?: "create" | "existing";

  /**
   * Where sessions and shared state are kept. `"none"` keeps nothing: every request stands alone, and 2025 clients get no
   * session. `"native"` is the cloud's own database, which is DynamoDB here; `"redis"` a server that you have. Default `"dynamodb"`. Idle: cents for what the table holds.
   */
  readonly sessionStore?: "dynamodb" | "native" | "redis" | "none";
  /**
   * The Redis or Valkey server of `sessionStore: "redis"`. To reach one in a network of yours, give `vpc`, and let
   * `compute.fn.connections` in. Default: none. Idle: what it costs now.
   */
  readonly redis?: RedisProps;
  /** A table that you have, with the keys that docs/state.md names, instead of a new one. Default: a new one. Idle: what it costs now. */
  readonly sessionTable?: ITableV2;
  /** Properties of the new table. On demand, with expiry, recovery and deletion protection. Default: see there. Idle: cents for what it holds. */
  readonly newSessionTable?: SessionTableProps;
  /** A secret that holds a key ring, `"none"` (servers then cannot seal), or `"create"`. Default `"create"`. Idle: $0.40. */
  readonly keyRing?: ISecret | "create" | "none";
  /** Time between two keys of a new key ring, 1 to 1000 days. Default 30 days. Idle: nothing. */
  readonly keyRotation?: Duration;
  /** Key of your own for a new table and a new key ring. Default: keys that AWS manages. Idle: $1 per key. */
  readonly encryptionKey?: IKey;

  /** Thresholds of the alarms. Default: see `AlarmProps`. Idle: $0.10 per alarm and metric. */
  readonly alarms?: AlarmProps;
  /**
   * Topics that are told when an alarm goes off and when it is over. Default: none; alarms show in the console, and roll
   * back deployments. Idle: nothing.
   */
  readonly alarmTargets?: readonly ITopic[];
  /** Days for which log lines are kept, one of the numbers that CloudWatch Logs takes. Default 30. Idle: nothing; $0.50 per GB that comes in, $0.03 per GB and month. */
  readonly logRetentionDays?: number;
}

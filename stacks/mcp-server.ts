import { Duration, Lazy } from "aws-cdk-lib";
import type { Dashboard } from "aws-cdk-lib/aws-cloudwatch";
import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import type { LogGroup } from "aws-cdk-lib/aws-logs";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import type { IQueue, Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { accessVariables, verifiesTokens } from "./access/access-environment.ts";
import { acknowledge } from "./checks/acknowledgements.ts";
import { checkProps, hasTable, timeoutOf } from "./checks/check-props.ts";
import { findArtefact } from "./compute/artefact.ts";
import { createCanary, type SmokeSource } from "./compute/canary.ts";
import { type Compute, createCompute } from "./compute/compute.ts";
import { toEnvironment } from "./compute/environment.ts";
import { createFunctionRole } from "./compute/function-role.ts";
import { allowJobs, createLostJobs } from "./compute/task-jobs.ts";
import { createFunctionUrl } from "./ingress/function-url.ts";
import type { Ingress } from "./ingress/ingress.ts";
import { createRestApi } from "./ingress/rest-api.ts";
import { createWebFunction } from "./ingress/web-function.ts";
import type { McpServerProps } from "./mcp-server-props.ts";
import { createAlarms } from "./operations/alarms.ts";
import { createDashboard } from "./operations/dashboard.ts";
import { createLogGroup } from "./operations/request-log.ts";
import { createRequestMetrics } from "./operations/request-metrics.ts";
import { type McpSettings, SETTINGS } from "./settings.ts";
import { createKeyRing } from "./state/key-ring.ts";
import { createSessionTable } from "./state/session-table.ts";
import { nameOfStack, tagAll } from "./tags.ts";

const LOG_RETENTION_DAYS = 30;

/**
 * An MCP server on AWS for production: the artefact of `mcp-anycloud build`, an ingress, the table and the key ring for
 * its state, a log, alarms and a dashboard. Wrong props throw an error that begins with the path of the prop.
 */
export class McpServer extends Construct {
  /** The value of the tag `mcp-server`. */
  readonly name: string;
  /** Where clients connect. */
  readonly mcpUrl: string;
  /** Undefined with `sessionStore: "redis"` and `"none"`. */
  readonly sessionTable: ITableV2 | undefined;
  /** Undefined with `keyRing: "none"`. */
  readonly keyRing: ISecret | undefined;
  /** The request log. */
  readonly logGroup: LogGroup;
  readonly dashboard: Dashboard;
  /** Function and alias; undefined for a Web Function. */
  readonly compute: Compute | undefined;
  readonly #ingress: Ingress;

  constructor(scope: Construct, id: string, props: McpServerProps) {
    super(scope, id);
    checkProps(this, props);
    const { alarms = {}, alarmTargets: targets = [], logRetentionDays = LOG_RETENTION_DAYS, deployment = {} } = props;
    this.name = props.name ?? nameOfStack(this);
    tagAll(this, this.name);
    this.sessionTable = sessionTableOf(this, props);
    this.keyRing = keyRingOf(this, props);
    this.logGroup = createLogGroup(this, "RequestLog", logRetentionDays);
    const { ingress, compute, lostJobs, smoke } = host(this, props);
    this.compute = compute;
    this.#ingress = ingress;
    this.mcpUrl = props.settings?.publicUrl ?? ingress.mcpUrl;

    const watched = { version: compute?.fn.currentVersion.version, tools: alarms.tools ?? [] };
    const metrics = createRequestMetrics(this, this.logGroup, ingress, watched);
    const sources = { live: compute?.live, lostJobs, table: this.sessionTable, ingress, metrics, targets };
    const { ofVersion } = createAlarms(this, sources, alarms);
    const hook = compute && createCanary(this, compute, ofVersion, deployment, smoke);
    this.dashboard = createDashboard(this, { ...sources, log: this.logGroup });
    acknowledge(this, props, { hook, fn: compute?.fn });
  }

  /** Lets a principal connect, where `auth` is `"iam"`; otherwise it makes no difference. */
  grantConnect(grantee: IGrantable): void {
    this.#ingress.grantConnect(grantee);
  }
}

function sessionTableOf(scope: Construct, props: McpServerProps): ITableV2 | undefined {
  const { sessionTable, newSessionTable = {}, encryptionKey } = props;
  if (!hasTable(props)) return undefined;
  return sessionTable ?? createSessionTable(scope, newSessionTable, encryptionKey);
}

function keyRingOf(scope: Construct, props: McpServerProps): ISecret | undefined {
  const { keyRing = "create", keyRotation: rotateEvery = Duration.days(30), encryptionKey } = props;
  if (keyRing === "none") return undefined;
  return keyRing === "create" ? createKeyRing(scope, { rotateEvery, encryptionKey }) : keyRing;
}

interface Hosting {
  readonly ingress: Ingress;
  readonly compute: Compute | undefined;
  /** Undefined where there are no tasks. */
  readonly lostJobs: Queue | undefined;
  readonly smoke: SmokeSource;
}

/** The ingress is created after the function, which is told its URL. A REST API's URL is known before both. */
function withPublicUrl(server: McpServer, { auth, settings = {} }: McpServerProps): McpSettings {
  if (settings.publicUrl !== undefined || !verifiesTokens(auth)) return settings;
  return { ...settings, publicUrl: Lazy.string({ produce: () => server.mcpUrl }) };
}

/** Creates the function and its ingress. */
function host(server: McpServer, props: McpServerProps): Hosting {
  const { auth, ingress = "rest-api", streaming = true, customDomain, vpc, redis, settings = {} } = props;
  const { sessionTable: table, keyRing, logGroup } = server;
  const own = props.environment ?? {};
  const code = {
    artefact: findArtefact(server, ingress, props.artefact),
    timeout: timeoutOf(server, props),
    environment: toEnvironment(server, {
      settings: withPublicUrl(server, props),
      own,
      table,
      redis,
      keyRing,
      host: customDomain?.name,
      access: accessVariables(auth, ingress),
    }),
    role: createFunctionRole(server, { table, redis, keyRing, logGroup, inVpc: vpc !== undefined }),
    logGroup,
  };
  const shared = { auth, path: settings.path ?? String(SETTINGS.path.default), streaming };
  // With a custom domain, the server serves no other host; without one, any, such as one that cannot exist (RFC 6761 §6.4).
  const url = `https://${customDomain?.name ?? "lambda.invalid"}${shared.path}`;
  const smoke = { artefact: code.artefact, streaming, signs: auth === "iam", url };
  if (ingress === "web-function") {
    const web = createWebFunction(server, { ...shared, ...code });
    return { ingress: web, compute: undefined, lostJobs: undefined, smoke };
  }
  const { memoryMiB = 1024, reservedConcurrency = "unreserved" } = props;
  const lostJobs = props.tasks ? createLostJobs(server) : undefined;
  const compute = createCompute(server, {
    ...code,
    ...{ streaming, memoryMiB, reservedConcurrency, vpc },
    provisionedConcurrency: props.provisionedConcurrency,
    deadLetterQueue: lostJobs as IQueue | undefined,
  });
  if (lostJobs) allowJobs(server, code.role, compute.fn);
  if (ingress === "function-url") {
    return { ingress: createFunctionUrl({ ...shared, ...compute, logGroup }), compute, lostJobs, smoke };
  }
  const restApi = createRestApi(server, {
    ...shared,
    live: compute.live,
    timeout: code.timeout,
    throttle: props.throttle ?? { ratePerSecond: 100, burst: 200 },
    customDomain,
    webAclArn: props.webAclArn,
    logRole: props.apiGatewayLogRole ?? "create",
    logRetentionDays: props.logRetentionDays ?? LOG_RETENTION_DAYS,
    corsOrigins: settings.allowedOrigins ?? [],
    publicUrl: settings.publicUrl,
  });
  return { ingress: restApi, compute, lostJobs, smoke };
}

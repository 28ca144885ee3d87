import { Duration, Stack, Token } from "aws-cdk-lib";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { checkAuth } from "../access/auth.ts";
import type { IngressKind } from "../ingress/ingress.ts";
import type { McpServerProps } from "../mcp-server-props.ts";
import { checkAlarms } from "./check-alarms.ts";
import { checkWholeNumber } from "./check-whole-number.ts";
import { refuse, refuseUnknown } from "./refuse.ts";

/** Props that some ingresses do not have. Ignoring one silently would leave out a limit that the user believes in. */
const ONLY_FOR: Partial<Record<keyof McpServerProps, readonly IngressKind[]>> = {
  customDomain: ["rest-api"],
  throttle: ["rest-api"],
  webAclArn: ["rest-api"],
  apiGatewayLogRole: ["rest-api"],
  streaming: ["rest-api", "function-url"],
  memoryMiB: ["rest-api", "function-url"],
  reservedConcurrency: ["rest-api", "function-url"],
  provisionedConcurrency: ["rest-api", "function-url"],
  vpc: ["rest-api", "function-url"],
  tasks: ["rest-api", "function-url"],
  deployment: ["rest-api", "function-url"],
};

/** Longest time in seconds of a function, and of a REST API that streams. */
const LONGEST = 900;
/** Longest time in seconds for which a REST API waits for an answer in one piece ("Quotas"). */
const LONGEST_BUFFERED = 29;
/** Days that CloudWatch Logs accepts ("PutRetentionPolicy"), without CDK's number for "never expires". */
const LOG_RETENTIONS = Object.values(RetentionDays).filter(
  (days) => typeof days === "number" && days !== RetentionDays.INFINITE,
);

/** Refuses props that CloudFormation would accept and AWS would not carry out. */
export function checkProps(scope: Construct, props: McpServerProps): void {
  const ingress = props.ingress ?? "rest-api";
  checkAuth(scope, { auth: props.auth, ingress, publicUrl: props.settings?.publicUrl });
  for (const [prop, ingresses] of Object.entries(ONLY_FOR)) {
    if (props[prop as keyof McpServerProps] === undefined || ingresses.includes(ingress)) continue;
    refuse(scope, prop, `is not for ingress "${ingress}", but for ${ingresses.join(" and ")}.`);
  }
  checkName(scope, props.name);
  checkSessionStore(scope, props);
  checkHost(scope, props.customDomain?.name);
  if (props.keyRotation && props.keyRing !== undefined && props.keyRing !== "create") {
    refuse(scope, "keyRotation", "only a key ring that is made here is rotated here.");
  }
  const makesTable = hasTable(props) && !props.sessionTable;
  if (props.encryptionKey && !makesTable && (props.keyRing ?? "create") !== "create") {
    refuse(scope, "encryptionKey", "nothing is made here that it would encrypt.");
  }
  if (props.encryptionKey && makesTable && Token.isUnresolved(Stack.of(scope).region)) {
    refuse(scope, "encryptionKey", "a table with a key of yours needs a stack whose env names the region.");
  }
  if (props.tasks && props.sessionStore === "none") {
    refuse(scope, "tasks", "are kept in the store: leave sessionStore out.");
  }
  checkAlarms(scope, props);
  checkWholeNumbers(scope, props);
  const { logRetentionDays } = props;
  if (logRetentionDays !== undefined && !LOG_RETENTIONS.includes(logRetentionDays)) {
    refuse(scope, "logRetentionDays", `must be one of ${LOG_RETENTIONS.join(", ")}, not ${logRetentionDays}.`);
  }
  timeoutOf(scope, props);
}

/** The same rule as for `name` in templates/, so that a server keeps its name when it moves to Terraform. */
function checkName(scope: Construct, name: string | undefined): void {
  if (name === undefined || /^[a-z][a-z0-9-]{1,22}[a-z0-9]$/.test(name)) return;
  const form = "3 to 24 lower-case letters, digits and hyphens that start with a letter and do not end with a hyphen";
  refuse(scope, "name", `must be ${form}, such as notes-prod.`);
}

/** The endpoint compares it with the `Host` header, in lower case and without port. */
function checkHost(scope: Construct, host: string | undefined): void {
  if (host === undefined || Token.isUnresolved(host)) return;
  if (/^([a-z\d]([a-z\d-]{0,61}[a-z\d])?\.)+[a-z][a-z\d-]*[a-z\d]$/.test(host)) return;
  const sentence = "must be a lower-case host name without scheme, port or path, such as mcp.example.com.";
  refuse(scope, "customDomain.name", sentence);
}

/** Whether sessions are in a table of DynamoDB. */
export const hasTable = ({ sessionStore = "dynamodb" }: McpServerProps): boolean =>
  sessionStore === "dynamodb" || sessionStore === "native";

function checkSessionStore(scope: Construct, props: McpServerProps): void {
  const { sessionStore = "dynamodb", sessionTable, newSessionTable, alarms, redis } = props;
  if (sessionTable && newSessionTable) {
    refuse(scope, "newSessionTable", "there is a sessionTable already: give one of the two.");
  }
  // JavaScript and casts can leave it out; the type requires it.
  if (!["dynamodb", "native", "redis", "none"].includes(sessionStore)) {
    const native = `"native" (the cloud's own database)`;
    refuse(
      scope,
      "sessionStore",
      `must be "dynamodb", ${native}, "redis" (a server that you have) or "none" (stateless).`,
    );
  }
  if ((redis !== undefined) !== (sessionStore === "redis")) {
    refuse(scope, "redis", 'says where the server of sessionStore "redis" is: set both, or neither.');
  }
  if (hasTable(props)) return;
  const ofTable = { sessionTable, newSessionTable, "alarms.tableThrottles": alarms?.tableThrottles };
  for (const [prop, value] of Object.entries(ofTable)) {
    if (value === undefined) continue;
    refuse(scope, prop, `is of no use with sessionStore "${sessionStore}": leave one of the two out.`);
  }
}

/** The time limit of function and ingress. */
export function timeoutOf(
  scope: Construct,
  { timeout, streaming = true, ingress = "rest-api" }: McpServerProps,
): Duration {
  const buffered = ingress === "rest-api" && !streaming;
  const longest = buffered ? LONGEST_BUFFERED : LONGEST;
  if (!timeout) return Duration.seconds(longest);
  refuseUnknown(scope, "timeout", timeout);
  const seconds = timeout.toSeconds({ integral: false });
  if (seconds >= 1 && seconds <= longest && Number.isInteger(seconds)) return timeout;
  const how = buffered ? "a REST API waits for an answer that is not streamed" : "an answer may take";
  return refuse(scope, "timeout", `${seconds} seconds cannot be: ${how} 1 to ${longest} whole seconds.`);
}

function checkWholeNumbers(
  scope: Construct,
  { memoryMiB, reservedConcurrency, provisionedConcurrency, throttle, newSessionTable, keyRotation }: McpServerProps,
): void {
  const most = typeof reservedConcurrency === "number" ? reservedConcurrency : 100_000;
  const limits: readonly [string, number | undefined, number, number][] = [
    ["memoryMiB", memoryMiB, 128, 10_240],
    ["reservedConcurrency", reservedConcurrency === "unreserved" ? undefined : reservedConcurrency, 1, 100_000],
    ["provisionedConcurrency", provisionedConcurrency, 1, most],
    ["throttle.ratePerSecond", throttle?.ratePerSecond, 1, 1_000_000],
    ["throttle.burst", throttle?.burst, 1, 1_000_000],
    ["newSessionTable.recoveryDays", newSessionTable?.recoveryDays, 1, 35],
    ["newSessionTable.maxReadRequestUnits", newSessionTable?.maxReadRequestUnits, 1, 1_000_000_000],
    ["newSessionTable.maxWriteRequestUnits", newSessionTable?.maxWriteRequestUnits, 1, 1_000_000_000],
    ["keyRotation", keyRotation?.toDays({ integral: false }), 1, 1000],
  ];
  for (const [prop, value, min, max] of limits) checkWholeNumber(scope, prop, value, { min, max });
}

import type { McpServerProps } from "../../stacks/mcp-server-props.ts";
import type { Cloud } from "./run/working-copy.ts";

/*
 * What differs between the CDK stack and the modules of templates/, and why. What is not here is the same everywhere; what
 * is here and is the same after all is an error, too.
 */

/** Variables of the modules, and the prop that is the same. */
export const PROPS = {
  name: "name",
  auth: "auth",
  artefact: "artefact",
  environment: "environment",
  settings: "settings",
  session_store: "sessionStore",
  redis: "redis",
  tasks: "tasks",
  custom_domain: "customDomain",
  alarm_targets: "alarmTargets",
  log_retention_days: "logRetentionDays",
} as const;

/** Variables that are no props. */
export const NO_PROP: Readonly<Record<string, string>> = {
  region: "a stack has one already: env.region",
  tags: "a stack has them already: tags of StackProps",
  alarm_tools: "the prop is tools of alarms",
  shared_state: "CDK refers to what lies elsewhere by objects: sessionTable, keyRing",
  gateway: "AWS has three ingresses: ingress, with throttle and apiGatewayLogRole for the one",
  max_instances: "on AWS it is the function's reservedConcurrency",
  min_instances: "on AWS it is the alias's provisionedConcurrency",
  memory_mib: "the prop is memoryMiB",
  timeout_seconds: "the prop is timeout, a Duration",
  node_version: "the stack runs the newest Node.js that the bundle is made for",
  concurrency: "an instance of a Lambda function serves one request",
  instance_based_billing: "only Cloud Run takes the processor away between requests",
  state_key_ids: "on AWS a function rotates the key ring: keyRotation",
  project: "there are projects on Google Cloud only",
  tokens: "in auth, beside the authorizer of API Gateway: { jwt: { issuers, requiredScopes } }",
};

/** Props that are no variables. */
export const NO_VARIABLE: Readonly<Record<Exclude<keyof McpServerProps, (typeof PROPS)[keyof typeof PROPS]>, string>> =
  {
    ingress: "the variable is gateway",
    throttle: "the variable is gateway",
    apiGatewayLogRole: "the variable is gateway",
    sessionTable: "the variable is shared_state",
    keyRing: "the variable is shared_state",
    newSessionTable: "a module is changed in its own files",
    keyRotation: "a module is changed in its own files",
    encryptionKey: "a module is changed in its own files",
    alarms: "a module is changed in its own files, but for alarm_tools",
    timeout: "the variable is timeout_seconds",
    memoryMiB: "the variable is memory_mib",
    provisionedConcurrency: "the variable is min_instances",
    reservedConcurrency: "the variable is max_instances",
    vpc: "a module is changed in its own files",
    webAclArn: "a module is changed in its own files",
    streaming: "the modules always stream",
    deployment: "Terraform has no way to wait for a canary",
  };

/** Variables that not every module has. */
export const NOT_EVERYWHERE: Readonly<Record<string, { readonly clouds: readonly Cloud[]; readonly why: string }>> = {
  artefact: { clouds: ["aws"], why: "func and gcloud publish the folders of the others" },
  node_version: { clouds: ["aws", "azure"], why: "on Google Cloud gcloud names the base image" },
  concurrency: { clouds: ["azure", "gcp"], why: "an instance of a Lambda function serves one request" },
  instance_based_billing: { clouds: ["gcp"], why: "only Cloud Run takes the processor away between requests" },
  state_key_ids: { clouds: ["azure", "gcp"], why: "on AWS a function rotates the key ring" },
  alarm_tools: { clouds: ["aws"], why: "the other clouds divide by tool themselves" },
  project: { clouds: ["gcp"], why: "there are projects on Google Cloud only" },
};

/** Variables whose description names the cloud's own things. */
export const OWN_WORDS: readonly string[] = [
  "max_instances",
  "region",
  "auth",
  "shared_state",
  "custom_domain",
  "gateway",
  "redis",
  "alarm_targets",
  "tags",
];

/** Variables of which a module has rules of its own, besides those that are the same everywhere: how many, and why. */
export const OWN_RULES: Readonly<Record<string, Readonly<Record<Cloud, number>> & { readonly why: string }>> = {
  region: { aws: 1, azure: 1, gcp: 1, why: "places are named in each cloud's own form" },
  environment: { aws: 1, azure: 1, gcp: 1, why: "each platform keeps names for itself" },
  shared_state: { aws: 1, azure: 0, gcp: 0, why: "on AWS the table lies where the function does" },
  custom_domain: { aws: 3, azure: 3, gcp: 2, why: "certificates and zones are the cloud's own" },
  alarm_targets: { aws: 1, azure: 1, gcp: 1, why: "they are the cloud's own" },
  log_retention_days: { aws: 1, azure: 1, gcp: 1, why: "each cloud takes other numbers" },
  max_instances: {
    aws: 1,
    azure: 1,
    gcp: 1,
    why: "only on AWS null is one: nothing is set aside",
  },
  memory_mib: { aws: 1, azure: 1, gcp: 1, why: "each platform has sizes of its own" },
  timeout_seconds: { aws: 1, azure: 1, gcp: 1, why: "a function of AWS ends after 15 minutes" },
  concurrency: { aws: 0, azure: 1, gcp: 1, why: "Azure has a default for each size of memory" },
  gateway: { aws: 2, azure: 2, gcp: 3, why: "each cloud's gateway has settings of its own" },
  redis: { aws: 2, azure: 2, gcp: 2, why: "secrets and networks are named in each cloud's own form" },
  tokens: { aws: 1, azure: 1, gcp: 0, why: "not every cloud tells beforehand at which URL an endpoint will be" },
};

/** Variables whose type and default differ. */
export const OWN_TYPE: Readonly<Record<string, string>> = {
  concurrency: "Azure has a default for each size of memory",
  gateway:
    "each cloud's gateway has settings of its own; only on AWS it costs nothing to stand there, and is the default",
  max_instances:
    "an instance serves one request on AWS and 80 on Google Cloud; only on AWS they are set aside, or null",
  memory_mib: "each platform gives a processor of its own with it",
  redis: "each cloud has networks of its own",
  timeout_seconds: "each platform's longest, or Azure's host.json",
};

const IAP = "none of the ingresses is Identity-Aware Proxy";

const CLIENT_TOLD = { MCP_ANYCLOUD_TRUSTED_PROXIES: "the platform tells the client's address" };

const QUEUES = ["MCP_ANYCLOUD_STORAGE_QUEUE", "MCP_ANYCLOUD_CLOUD_TASKS_QUEUE", "MCP_ANYCLOUD_CLOUD_TASKS_URL"];
const queues = (why: string): Record<string, string> => Object.fromEntries(QUEUES.map((name) => [name, why]));
const QUEUES_OF_OTHERS = queues("a function on Lambda hands its tasks to invocations of its own");

const TOLD = {
  MCP_ANYCLOUD_TIMEOUT_SECONDS: "the platform tells how long a request may take",
  MCP_ANYCLOUD_SHUTDOWN_SECONDS: "it is no container",
  ...CLIENT_TOLD,
};

const STORAGE_TABLE = { MCP_ANYCLOUD_STORAGE_TABLE: "the table lies in a storage account of Azure" };
const FIRESTORE = { MCP_ANYCLOUD_FIRESTORE_DATABASE: "the database lies in a project of Google Cloud" };

const STATE_KEYS = {
  MCP_ANYCLOUD_STATE_KEYS: "the server reads the secret itself, so keys rotate without a deployment",
};
const KEY_VAULT = { MCP_ANYCLOUD_KEY_VAULT_SECRET: "the secret lies in a vault of Azure" };
const SECRET_MANAGER = { MCP_ANYCLOUD_SECRET_MANAGER_SECRET: "the secret lies in a project of Google Cloud" };

const REDIS = {
  MCP_ANYCLOUD_REDIS_URL: "the function reads the URL in a secret: Lambda puts none into an environment",
};
const REDIS_SECRET = { MCP_ANYCLOUD_REDIS_URL_SECRET: "the platform puts the URL of a secret into the environment" };

/** Variables of settings that a module does not set, and why. */
export const NOT_SET: Readonly<Record<"cdk" | Cloud, Readonly<Record<string, string>>>> = {
  cdk: {
    MCP_ANYCLOUD_AWS_ROLE_ARN: "the function's own role may use the table",
    MCP_ANYCLOUD_AWS_TOKEN_AUDIENCE: "the function's own role may use the table",
    ...STATE_KEYS,
    ...KEY_VAULT,
    ...SECRET_MANAGER,
    MCP_ANYCLOUD_PLATFORM_AUDIENCE: IAP,
    MCP_ANYCLOUD_TRUST_DOMAINS: "no proxy of a mesh stands beside it",
    ...QUEUES_OF_OTHERS,
    ...STORAGE_TABLE,
    ...FIRESTORE,
    ...REDIS,
    ...TOLD,
  },
  aws: {
    MCP_ANYCLOUD_AWS_ROLE_ARN: "the function's own role may use the table",
    MCP_ANYCLOUD_AWS_TOKEN_AUDIENCE: "the function's own role may use the table",
    ...STATE_KEYS,
    ...KEY_VAULT,
    ...SECRET_MANAGER,
    MCP_ANYCLOUD_PLATFORM_AUDIENCE: IAP,
    MCP_ANYCLOUD_TRUST_DOMAINS: "no proxy of a mesh stands beside it",
    ...QUEUES_OF_OTHERS,
    ...STORAGE_TABLE,
    ...FIRESTORE,
    ...REDIS,
    ...TOLD,
  },
  azure: {
    MCP_ANYCLOUD_PLATFORM_AUDIENCE: IAP,
    MCP_ANYCLOUD_TRUST_DOMAINS: "no proxy of a mesh stands beside it",
    MCP_ANYCLOUD_CLOUD_TASKS_QUEUE: "a queue in the app's storage account brings jobs",
    MCP_ANYCLOUD_CLOUD_TASKS_URL: "a queue in the app's storage account brings jobs",
    ...STATE_KEYS,
    ...SECRET_MANAGER,
    ...FIRESTORE,
    ...REDIS_SECRET,
    ...TOLD,
  },
  gcp: {
    MCP_ANYCLOUD_SHUTDOWN_SECONDS: "Cloud Run's time is the default",
    MCP_ANYCLOUD_PLATFORM_AUDIENCE: IAP,
    MCP_ANYCLOUD_TRUST_DOMAINS: "no proxy of a mesh stands beside it",
    MCP_ANYCLOUD_STORAGE_QUEUE: "Cloud Tasks brings jobs",
    ...STATE_KEYS,
    ...KEY_VAULT,
    ...STORAGE_TABLE,
    ...REDIS_SECRET,
    ...CLIENT_TOLD,
  },
};

/** Variables that a module sets and that are no settings, and what reads them. */
export const OF_OTHERS: Readonly<Record<"cdk" | Cloud, Readonly<Record<string, string>>>> = {
  cdk: {},
  aws: {},
  azure: {
    AWS_REGION: "AWS's client reads where the table is; on Lambda it is there",
    AZURE_CLIENT_ID: "adapters/azure/identity-token.ts reads which identity is meant",
  },
  gcp: {
    AWS_REGION: "AWS's client reads where the table is; on Lambda it is there",
    GOOGLE_CLOUD_PROJECT: "adapters/gcp/trace.ts reads in which project traces are",
  },
};

/**
 * The clouds' own commands, as far as the documents use them: what each takes. A flag that ends in `!` takes no value, one that
 * ends in `@` the path of something that exists, one that ends in `+` several values. Written after the commands' own help texts, so that a misspelt flag in a
 * document is refused here as it is there.
 */
export interface ToolCommand {
  /** Numbers of positional arguments that it takes. */
  readonly positional: readonly number[];
  readonly flags: readonly string[];
  /** Flags that it cannot do without. */
  readonly required?: readonly string[];
  /** Standard output, for scripts that read it. */
  readonly prints?: string;
}

export interface Tool {
  /** Flags of every command. */
  readonly flags: readonly string[];
  /** By the words that name it: `run deploy`. */
  readonly commands: Readonly<Record<string, ToolCommand>>;
}

const none: ToolCommand = { positional: [0], flags: [] };

const GCLOUD: Tool = {
  flags: ["--project", "--format", "--quiet!"],
  commands: {
    "auth login": none,
    "auth application-default login": none,
    "auth print-identity-token": {
      positional: [0, 1],
      flags: ["--audiences", "--impersonate-service-account"],
      prints: "token",
    },
    "config set": { positional: [2], flags: [] },
    "services enable": { positional: [1, 2, 3], flags: [] },
    "builds submit": {
      positional: [1],
      flags: ["--region", "--config@", "--ignore-file@", "--substitutions", "--service-account"],
    },
    "run deploy": {
      positional: [1],
      flags: [
        "--region",
        "--source@",
        "--function",
        "--base-image",
        "--automatic-updates!",
        "--image",
        "--build-service-account",
        "--no-traffic!",
        "--tag",
      ],
      required: ["--region"],
    },
    "run services add-iam-policy-binding": {
      positional: [1],
      flags: ["--region", "--member", "--role"],
      required: ["--member", "--role"],
    },
    "run services proxy": { positional: [1], flags: ["--region", "--port"] },
    "run services describe": { positional: [1], flags: ["--region"], prints: "https://notes-abc-ew.a.run.app" },
    "run services update": { positional: [1], flags: ["--region", "--timeout", "--update-env-vars"] },
    "run services update-traffic": {
      positional: [1],
      flags: ["--region", "--update-tags", "--to-latest!", "--to-tags", "--to-revisions"],
    },
    "run revisions list": { positional: [0], flags: ["--service", "--region"] },
    "logging read": {
      positional: [1],
      flags: ["--bucket", "--location", "--view", "--limit"],
    },
    "firestore databases create": { positional: [0], flags: ["--database", "--location", "--type"] },
    "firestore fields ttls update": {
      positional: [1],
      flags: ["--collection-group", "--database", "--enable-ttl!"],
      required: ["--collection-group"],
    },
    "firestore indexes fields update": {
      positional: [1],
      flags: ["--collection-group", "--database", "--disable-indexes!", "--index"],
      required: ["--collection-group"],
    },
    "secrets create": { positional: [1], flags: ["--data-file", "--replication-policy"] },
    "secrets add-iam-policy-binding": {
      positional: [1],
      flags: ["--member", "--role"],
      required: ["--member", "--role"],
    },
    "projects add-iam-policy-binding": {
      positional: [1],
      flags: ["--member", "--role"],
      required: ["--member", "--role"],
    },
    "tasks queues create": {
      positional: [1],
      flags: ["--location", "--max-attempts", "--min-backoff", "--max-backoff"],
    },
    "tasks queues add-iam-policy-binding": {
      positional: [1],
      flags: ["--location", "--member", "--role"],
      required: ["--member", "--role"],
    },
    "iam service-accounts add-iam-policy-binding": {
      positional: [1],
      flags: ["--member", "--role"],
      required: ["--member", "--role"],
    },
  },
};

const AZ: Tool = {
  flags: ["--query", "--output", "--subscription"],
  commands: {
    login: none,
    "account show": { ...none, prints: "00000000-0000-0000-0000-000000000001" },
    "account get-access-token": { positional: [0], flags: ["--scope", "--resource"], prints: "token" },
    "functionapp list": { positional: [0], flags: ["--resource-group"], prints: "notes-abc" },
    "functionapp config appsettings set": {
      positional: [0],
      flags: ["--name", "--resource-group", "--settings"],
      required: ["--name", "--resource-group", "--settings"],
    },
    "ad sp list": { positional: [0], flags: ["--display-name"], prints: "object-id" },
    "ad sp show": { positional: [0], flags: ["--id"], required: ["--id"], prints: "role-id" },
    rest: { positional: [0], flags: ["--method", "--url", "--body"], required: ["--url"] },
    "monitor app-insights query": {
      positional: [0],
      flags: ["--apps", "--analytics-query"],
      required: ["--analytics-query"],
    },
    "storage queue create": {
      positional: [0],
      flags: ["--name", "--account-name", "--auth-mode"],
      required: ["--name"],
    },
    "keyvault secret set": {
      positional: [0],
      flags: ["--vault-name", "--name", "--value"],
      required: ["--vault-name", "--name", "--value"],
    },
    "keyvault show": { positional: [0], flags: ["--name"], required: ["--name"], prints: "vault-id" },
    "storage account show": { positional: [0], flags: ["--name"], required: ["--name"], prints: "account-id" },
    "storage table create": {
      positional: [0],
      flags: ["--name", "--account-name", "--auth-mode"],
      required: ["--name"],
    },
    "role assignment create": {
      positional: [0],
      flags: ["--assignee", "--assignee-object-id", "--assignee-principal-type", "--role", "--scope"],
      required: ["--role"],
    },
  },
};

const AWS: Tool = {
  flags: ["--region", "--profile", "--query", "--output"],
  commands: {
    "lambda list-aliases": { positional: [0], flags: ["--function-name"], required: ["--function-name"] },
    "lambda list-versions-by-function": { positional: [0], flags: ["--function-name"], required: ["--function-name"] },
    "lambda update-alias": {
      positional: [0],
      flags: ["--function-name", "--name", "--function-version"],
      required: ["--function-name", "--name"],
    },
    "dynamodb create-table": {
      positional: [0],
      flags: ["--table-name", "--billing-mode", "--attribute-definitions+", "--key-schema+"],
      required: ["--table-name", "--attribute-definitions", "--key-schema"],
    },
    "dynamodb update-table": {
      positional: [0],
      flags: ["--table-name", "--no-deletion-protection-enabled!"],
      required: ["--table-name"],
    },
    "dynamodb update-time-to-live": {
      positional: [0],
      flags: ["--table-name", "--time-to-live-specification"],
      required: ["--table-name", "--time-to-live-specification"],
    },
    "iam add-client-id-to-open-id-connect-provider": {
      positional: [0],
      flags: ["--open-id-connect-provider-arn", "--client-id"],
      required: ["--open-id-connect-provider-arn", "--client-id"],
    },
  },
};

const TERRAFORM: Tool = {
  flags: ["-chdir@"],
  commands: {
    init: { positional: [0], flags: ["-upgrade!"] },
    plan: { positional: [0], flags: ["-var"] },
    apply: { positional: [0, 1], flags: ["-var", "-auto-approve!"] },
    destroy: { positional: [0], flags: ["-var", "-auto-approve!"] },
    output: { positional: [0, 1], flags: ["-raw!", "-json!"], prints: "https://mcp.example.com/mcp" },
    import: { positional: [2], flags: ["-var"] },
    "state rm": { positional: [1], flags: [] },
    "state show": { positional: [1], flags: [], prints: 'identifier_uri = "api://notes"' },
  },
};

const FUNC: Tool = {
  flags: [],
  commands: {
    "azure functionapp publish": { positional: [1], flags: ["--no-build!", "--javascript!", "--slot"] },
  },
};

const CDK: Tool = {
  flags: ["--app", "--context"],
  commands: {
    bootstrap: { positional: [0, 1], flags: [] },
    synth: { positional: [0, 1], flags: [] },
    deploy: { positional: [0, 1], flags: ["--require-approval"] },
    destroy: { positional: [0, 1], flags: ["--force!"] },
  },
};

const DOCKER: Tool = {
  flags: [],
  commands: {
    build: { positional: [1], flags: ["--tag", "--file@", "--build-arg"] },
    push: { positional: [1], flags: [] },
  },
};

const GIT: Tool = {
  flags: [],
  commands: { "rev-parse": { positional: [1], flags: ["--short!"], prints: "0a1b2c3" } },
};

export const TOOLS: Readonly<Record<string, Tool>> = {
  aws: AWS,
  az: AZ,
  cdk: CDK,
  docker: DOCKER,
  func: FUNC,
  gcloud: GCLOUD,
  git: GIT,
  terraform: TERRAFORM,
};

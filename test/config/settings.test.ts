import { expect, test } from "vitest";
import { ADAPTER_SETTINGS } from "../../cli/settings.ts";
import { CONFIG_SETTINGS, readConfig } from "../../src/adapter.ts";
import type { Setting } from "../../src/config/setting.ts";

const SETTINGS: Readonly<Record<string, Setting>> = { ...CONFIG_SETTINGS, ...ADAPTER_SETTINGS };
const FIELDS = Object.keys(SETTINGS);

test("an empty environment gives the defaults, which are values that could be set", () => {
  const config = readConfig({ HOME: "/", MCP_ANYCLOUD_PATH: "" }, ADAPTER_SETTINGS);
  expect(config).toMatchObject({ path: "/mcp", logLevel: "info", maxBodyBytes: 4_194_304, sessionSeconds: 86_400 });
  expect(FIELDS.filter((field) => field in config)).toEqual(
    FIELDS.filter((field) => SETTINGS[field]?.default !== undefined),
  );
  for (const [field, value] of Object.entries(config)) {
    expect(readConfig({ [SETTINGS[field]?.variable ?? ""]: String(value) }, ADAPTER_SETTINGS)).toEqual(config);
  }
});

const [current, former] = [Buffer.alloc(32, 1), Buffer.alloc(48, 2)];
const QUEUE = "projects/my-project/locations/europe-west1/queues/mcp-tasks";
const SECRET_ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:mcp/state-keys-AbCdEf";

/** Texts, and what they are read as, of settings whose type does not name a value. */
const EXAMPLES: Readonly<Record<string, readonly [text: string, value: unknown]>> = {
  path: ["/api/mcp", "/api/mcp"],
  allowedHosts: ["mcp.example, [::1]", ["mcp.example", "[::1]"]],
  allowedOrigins: [
    "https://app.example,http://localhost:3000,*",
    ["https://app.example", "http://localhost:3000", "*"],
  ],
  publicUrl: ["https://mcp.example/mcp", "https://mcp.example/mcp"],
  tokenIssuers: [
    "https://a.example/, https://b.example/v2.0",
    [{ issuer: "https://a.example/" }, { issuer: "https://b.example/v2.0" }],
  ],
  requiredScopes: ["notes:read,notes:list mcp", ["notes:read", "notes:list", "mcp"]],
  platformIdentity: ["some-platform", "some-platform"],
  platformAudience: ["/projects/1/global/backendServices/2", "/projects/1/global/backendServices/2"],
  trustDomains: ["cluster.local, prod.example", ["cluster.local", "prod.example"]],
  rateLimits: [
    "principal=600/60, tool:export_notes=10/3600",
    [
      { of: "principal", limit: 600, windowSeconds: 60 },
      { of: "tool:export_notes", limit: 10, windowSeconds: 3600 },
    ],
  ],
  stateKeys: [
    `new:${current.toString("base64")},old-1:${former.toString("base64url")}`,
    [
      { id: "new", secret: current },
      { id: "old-1", secret: former },
    ],
  ],
  table: ["mcp.state-1", "mcp.state-1"],
  awsRoleArn: ["arn:aws:iam::123456789012:role/mcp/state", "arn:aws:iam::123456789012:role/mcp/state"],
  awsTokenAudience: ["api://mcp", "api://mcp"],
  storageQueue: ["mcp-tasks", "mcp-tasks"],
  cloudTasksQueue: [QUEUE, QUEUE],
  cloudTasksUrl: ["https://mcp-1.europe-west1.run.app", "https://mcp-1.europe-west1.run.app"],
  stateKeysSecret: [SECRET_ARN, SECRET_ARN],
  redisUrlSecret: [SECRET_ARN, SECRET_ARN],
  keyVaultSecret: [
    "https://notes.vault.azure.net/secrets/state-keys",
    "https://notes.vault.azure.net/secrets/state-keys",
  ],
  secretManagerSecret: ["projects/notes-123456/secrets/state_keys", "projects/notes-123456/secrets/state_keys"],
  storageTable: ["mcp", "mcp"],
  firestoreDatabase: ["projects/notes-123456/databases/mcp-state", "projects/notes-123456/databases/mcp-state"],
  redisUrl: ["rediss://user:password@host:6380/0", "rediss://user:password@host:6380/0"],
};

function exampleOf(field: string): readonly [text: string, value: unknown] {
  const { type, default: preset } = SETTINGS[field] ?? expect.unreachable();
  const values = type.kind === "number" ? [type.min, type.max] : type.kind === "choice" ? type.words : [];
  const value = values.find((one) => one !== preset);
  return EXAMPLES[field] ?? (value === undefined ? expect.unreachable(field) : [String(value), value]);
}

test.each(FIELDS)("%s is read from its variable, and nothing else is", (field) => {
  const [text, value] = exampleOf(field);
  const config = readConfig({ [SETTINGS[field]?.variable ?? ""]: text }, ADAPTER_SETTINGS);
  expect(config).toEqual({ ...readConfig({}, ADAPTER_SETTINGS), [field]: value });
});

test("all variables are read together", () => {
  // Each stands in place of another one.
  const instead = [
    "stateKeysSecret",
    "keyVaultSecret",
    "secretManagerSecret",
    "storageTable",
    "firestoreDatabase",
    "redisUrl",
    "redisUrlSecret",
  ];
  const fields = FIELDS.filter((field) => !instead.includes(field));
  const environment = Object.fromEntries(fields.map((field) => [SETTINGS[field]?.variable, exampleOf(field)[0]]));
  const expected = Object.fromEntries(fields.map((field) => [field, exampleOf(field)[1]]));
  expect(readConfig(environment, ADAPTER_SETTINGS)).toEqual(expected);
});

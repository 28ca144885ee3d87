import { describe, expect, test } from "vitest";
import { ADAPTER_SETTINGS } from "../../cli/settings.ts";
import { type Config, readConfig } from "../../src/adapter.ts";
import type { McpServerProps } from "../../stacks/mcp-server-props.ts";
import { synthesize } from "../stacks/synthesis.ts";
import { certificate } from "../stacks/variants.ts";
import { type Handed, handedBy, handedByStack } from "./parity-handed.ts";
import { applyTemplate } from "./run/apply-template.ts";
import { findTerraform, NO_TERRAFORM } from "./run/terraform.ts";
import { CLOUDS, type Cloud } from "./run/working-copy.ts";

const HOST = "mcp.example.com";
const PLACES: Readonly<Record<Cloud, Readonly<Record<string, string>>>> = {
  aws: { region: "us-east-1" },
  azure: { region: "westeurope" },
  gcp: { region: "europe-west3", project: "notes-123456" },
};
const ATTESTS = { aws: "aws-iam", azure: "azure-easy-auth", gcp: "google-iam" } as const;

/** As the server reads it, without the ids of resources that are stand-ins in no form that it takes. */
function accessIn(variables: Handed): Partial<Config> {
  const { MCP_ANYCLOUD_AWS_ROLE_ARN: _role, MCP_ANYCLOUD_KEY_VAULT_SECRET: _secret, ...handed } = variables;
  const { publicUrl, tokenIssuers, requiredScopes, platformIdentity } = readConfig(handed, ADAPTER_SETTINGS);
  return JSON.parse(JSON.stringify({ publicUrl, tokenIssuers, requiredScopes, platformIdentity }));
}

const ISSUERS = [
  { issuer: "https://login.example.com/" },
  {
    issuer: "https://sso.example.com",
    audiences: ["desk"],
    audienceClaim: "client_id",
    jwksUri: "https://sso.example.com/keys",
    algorithms: ["RS256"],
    scopeClaim: "permissions",
    clientIdClaim: "azp",
    requiredClaims: { tid: ["1"] },
  },
];
const requiredScopes = ["notes:read", "notes:write"];
const VERIFIED = { publicUrl: `https://${HOST}/mcp`, tokenIssuers: ISSUERS, requiredScopes };

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (name) => `_${name.toLowerCase()}`);
const TOKENS = {
  issuers: ISSUERS.map((one) =>
    Object.fromEntries(Object.entries(one).map(([name, value]) => [snakeCase(name), value])),
  ),
  required_scopes: requiredScopes,
};

const runnable = findTerraform() ? CLOUDS : [];
if (runnable.length === 0) test("how servers of templates/ find out who calls", ({ skip }) => skip(NO_TERRAFORM));
describe.for(runnable)("the server on %s", (cloud) => {
  async function access(given: Readonly<Record<string, unknown>>): Promise<Partial<Config>> {
    const variables = { name: "notes-prod", session_store: "none", ...PLACES[cloud], ...given };
    return accessIn(handedBy(cloud, (await applyTemplate(cloud, variables)).resources));
  }

  test("verifies tokens of the issuers that were given", async () => {
    const settings = { public_url: `https://${HOST}/mcp` };
    expect(await access({ auth: "jwt", tokens: TOKENS, settings })).toEqual(VERIFIED);
  });

  test("believes the cloud where it checks who calls", async () => {
    expect(await access({ auth: "iam" })).toEqual({ platformIdentity: ATTESTS[cloud] });
  });
});

test("the CDK stack's server finds out the same", () => {
  const local = { "AWS::SecretsManager::Secret": "keys" };
  const access = (server: Partial<McpServerProps>): Partial<Config> =>
    accessIn(handedByStack(synthesize({ sessionStore: "none", ...server }), local));
  const customDomain = { name: HOST, certificate };
  expect(access({ auth: { jwt: { issuers: ISSUERS, requiredScopes } }, customDomain })).toEqual(VERIFIED);
  expect(access({ auth: "iam" })).toEqual({ platformIdentity: ATTESTS.aws });
});

import { expect, test } from "vitest";
import { AWS_SETTINGS } from "../../adapters/aws/settings.ts";
import { type Config, readConfig } from "../../src/adapter.ts";
import type { McpServerProps } from "../../stacks/mcp-server-props.ts";
import { type Synthesis, synthesize } from "./synthesis.ts";
import { createResolve } from "./template-values.ts";
import { certificate, client, jwt, userPool } from "./variants.ts";

const LOCAL = {
  "AWS::DynamoDB::GlobalTable": "notes",
  "AWS::SecretsManager::Secret": "keys",
  "AWS::ApiGateway::RestApi": "abc123",
};
const API = "https://abc123.execute-api.us-east-1.amazonaws.com/prod";

interface Variables {
  readonly Variables: Readonly<Record<string, unknown>>;
}

function variablesOf({ resources }: Synthesis): Readonly<Record<string, unknown>> {
  const [web] = resources("AWS::Lambda::WebFunctionRevision");
  if (web)
    return (web[1].Properties.ServiceConfig as { EnvironmentVariables: Record<string, unknown> }).EnvironmentVariables;
  const [fn] = resources("AWS::Lambda::Function").filter(([id]) => id.startsWith("ServerFunction"));
  if (!fn) throw new Error("There is no function.");
  return (fn[1].Properties.Environment as Variables).Variables;
}

/** How the server finds out who calls, as it reads what the stack hands to it. */
function accessOf(server: Partial<McpServerProps>): Partial<Config> {
  const synthesis = synthesize(server);
  const resolve = createResolve(synthesis, LOCAL);
  const given = Object.entries(variablesOf(synthesis)).filter(([name]) => name.startsWith("MCP_ANYCLOUD_"));
  const config = readConfig(Object.fromEntries(given.map(([name, value]) => [name, resolve(value)])), AWS_SETTINGS);
  const { publicUrl, tokenIssuers, requiredScopes, platformIdentity } = config;
  const access = { publicUrl, tokenIssuers, requiredScopes, platformIdentity };
  return Object.fromEntries(Object.entries(access).filter(([, value]) => value !== undefined));
}

const publicUrl = "https://mcp.example.com/mcp";
const { issuers: tokenIssuers } = jwt.jwt;
const cognito = { userPool, scopes: ["mcp/invoke"] };
const customDomain = { name: "mcp.example.com", certificate };

const CASES: readonly (readonly [string, Partial<McpServerProps>, Partial<Config>])[] = [
  ["of a public server nothing", {}, {}],
  ["the issuers and the URL of the REST API", { auth: jwt }, { tokenIssuers, publicUrl: `${API}/mcp` }],
  [
    "the URL under a name of its own",
    { auth: jwt, customDomain, settings: { path: "/notes" } },
    { tokenIssuers, publicUrl: "https://mcp.example.com/notes" },
  ],
  ["the URL that was given", { auth: jwt, settings: { publicUrl } }, { tokenIssuers, publicUrl }],
  ...(["function-url", "web-function"] as const).map(
    (ingress) =>
      [
        `the URL that was given, behind ${ingress}`,
        { auth: jwt, ingress, settings: { publicUrl } },
        { tokenIssuers, publicUrl },
      ] as const,
  ),
  [
    "scopes that every request needs",
    { auth: { jwt: { ...jwt.jwt, requiredScopes: ["notes:read", "notes:write"] } }, settings: { publicUrl } },
    { tokenIssuers, publicUrl, requiredScopes: ["notes:read", "notes:write"] },
  ],
  [
    "the clients of a user pool",
    { auth: { cognito: { ...cognito, clients: [client] } } },
    {
      publicUrl: `${API}/mcp`,
      tokenIssuers: [
        {
          issuer: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_aBcDeFgHi",
          audienceClaim: "client_id",
          audiences: [client.userPoolClientId],
        },
      ],
    },
  ],
  ["nothing of a user pool without clients", { auth: { cognito } }, {}],
  ["that AWS says who signed", { auth: "iam" }, { platformIdentity: "aws-iam" }],
  [
    "that AWS says who signed, behind a Function URL",
    { auth: "iam", ingress: "function-url" },
    { platformIdentity: "aws-iam" },
  ],
  ["nothing as a Web Function, which AWS does not tell", { auth: "iam", ingress: "web-function" }, {}],
];

test.for(CASES)("the server is told %s", ([, server, expected]) => {
  expect(accessOf(server)).toEqual(expected);
});

test("a server that verifies tokens itself gets them on every route", () => {
  const methods = synthesize({ auth: jwt }).resources("AWS::ApiGateway::Method");
  expect(methods.map(([, { Properties }]) => [Properties.HttpMethod, Properties.AuthorizationType])).toEqual([
    ["ANY", "NONE"],
    ["ANY", "NONE"],
  ]);
  const { only } = synthesize({ auth: jwt, ingress: "function-url", settings: { publicUrl } });
  expect(only("AWS::Lambda::Url")).toMatchObject({ AuthType: "NONE" });
});

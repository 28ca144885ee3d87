import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { AWS_SETTINGS } from "../../adapters/aws/settings.ts";
import { readConfig } from "../../src/adapter.ts";
import { ALL_VARIABLES } from "../config/all-variables.ts";
import { EVERY_SETTING, EVERY_SETTING_READ } from "./every-setting.ts";
import { INGRESSES, type Synthesis, synthesize } from "./synthesis.ts";
import { OPT_IN, secret } from "./variants.ts";

/** Variables that are not of the endpoint, with the reason why the stack sets them. */
const OF_OTHERS: Readonly<Record<string, string>> = {
  AWS_LAMBDA_NODEJS_ENTRYPOINT: "names the entry point of a Web Function; CDK sets it",
};

interface ServiceConfig {
  readonly EnvironmentVariables: Record<string, unknown>;
}

function variablesOf({ resources }: Synthesis): Record<string, unknown> {
  const [web] = resources("AWS::Lambda::WebFunctionRevision");
  if (web) return (web[1].Properties.ServiceConfig as ServiceConfig).EnvironmentVariables;
  const [fn] = resources("AWS::Lambda::Function").filter(([id]) => id.startsWith("ServerFunction"));
  if (!fn) throw new Error("There is no function.");
  return (fn[1].Properties.Environment as { Variables: Record<string, unknown> }).Variables;
}

test.for(INGRESSES)("with %s, the endpoint reads every variable that the function has", (ingress) => {
  const variables = Object.keys(variablesOf(synthesize({ ingress, settings: EVERY_SETTING })));
  const ours = variables.filter((name) => !Object.hasOwn(OF_OTHERS, name));
  expect(ours.filter((name) => !ALL_VARIABLES.includes(name))).toEqual([]);
  expect(ours).toEqual(expect.arrayContaining(["MCP_ANYCLOUD_TABLE", "MCP_ANYCLOUD_STATE_KEYS_SECRET"]));
});

test("the endpoint understands every setting as it was meant", () => {
  const given = variablesOf(synthesize({ settings: EVERY_SETTING }));
  const known = Object.entries(given).map(([name, value]) => [
    name,
    typeof value === "string" ? value : "known-on-deployment",
  ]);
  expect(readConfig(Object.fromEntries(known), AWS_SETTINGS)).toMatchObject(EVERY_SETTING_READ);
});

test("under a name of its own the endpoint serves no other; variables of the user's come along", () => {
  const variables = variablesOf(synthesize(OPT_IN.server, OPT_IN));
  expect(variables).toMatchObject({ MCP_ANYCLOUD_ALLOWED_HOSTS: "mcp.example.com", NOTES_COLOUR: "yellow" });
});

test("without a key ring there is no variable for it", () => {
  expect(Object.keys(variablesOf(synthesize({ keyRing: "none" })))).toEqual(["MCP_ANYCLOUD_TABLE"]);
});

test.for(INGRESSES)("with %s, a server without state gets no table", (ingress) => {
  const variables = variablesOf(synthesize({ ingress, sessionStore: "none" }));
  expect(variables).not.toHaveProperty("MCP_ANYCLOUD_TABLE");
  expect(variables).toHaveProperty("MCP_ANYCLOUD_STATE_KEYS_SECRET");
});

test.for(INGRESSES)(
  "with %s, a server whose state is in Redis is told of the secret with its URL, and of no table",
  (ingress) => {
    const variables = variablesOf(synthesize({ ingress, sessionStore: "redis", redis: { urlSecret: secret } }));
    expect(variables).not.toHaveProperty("MCP_ANYCLOUD_TABLE");
    expect(variables).toMatchObject({ MCP_ANYCLOUD_REDIS_URL_SECRET: secret.secretArn });
    expect(variables).toHaveProperty("MCP_ANYCLOUD_STATE_KEYS_SECRET");
  },
);

test("each variable is spelled in one place of stacks/", () => {
  const root = new URL("../../stacks/", import.meta.url);
  const source = globSync("**/*.{ts,mjs}", { cwd: root }).map((path) => readFileSync(new URL(path, root), "utf8"));
  const spelled = source.flatMap((text) => text.match(/MCP_ANYCLOUD_[A-Z_]*[A-Z]\b(?=[":])/g) ?? []);
  expect(spelled.length).toBeGreaterThan(9);
  expect(spelled.filter((name, index) => spelled.indexOf(name) !== index)).toEqual([]);
});

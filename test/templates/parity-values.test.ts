import { describe, expect, test } from "vitest";
import { AWS_SETTINGS, type AwsConfig } from "../../adapters/aws/settings.ts";
import { ADAPTER_SETTINGS } from "../../cli/settings.ts";
import { type Config, readConfig, readStateKeys } from "../../src/adapter.ts";
import { EVERY_SETTING, EVERY_SETTING_READ } from "../stacks/every-setting.ts";
import { synthesize } from "../stacks/synthesis.ts";
import { arn, certificate } from "../stacks/variants.ts";
import { type Handed, handedBy, handedByStack, handedToContainer, keyRingOf } from "./parity-handed.ts";
import { applyTemplate, type TemplateValues } from "./run/apply-template.ts";
import { findTerraform, NO_TERRAFORM } from "./run/terraform.ts";
import { CLOUDS, type Cloud, CONTAINER_MODULES, type ContainerModule } from "./run/working-copy.ts";

type ServerConfig = Config & AwsConfig;
type Given = Readonly<Record<string, unknown>>;

const NAME = "notes-prod";
const HOST = "mcp.example.com";
const KEY_RING = arn("secretsmanager", "secret:keys-AbCdEf");
const TAGS = { "mcp-server": NAME, "part-of": "mcp-anycloud" };
const ROLE = "arn:aws:iam::123456789012:role/notes-prod";

/** Values that have another form on each cloud. */
const OWN: Readonly<Record<Cloud, { readonly region: string; readonly certificate?: string } & Given>> = {
  aws: { region: "us-east-1", certificate: arn("acm", "certificate/11111111-2222") },
  azure: { region: "westeurope", certificate: "https://certificates.vault.azure.net/secrets/mcp" },
  gcp: { region: "europe-west3", project: "notes-123456" },
};

function apply(cloud: Cloud, given: Given): Promise<TemplateValues> {
  const { certificate: _, ...own } = OWN[cloud];
  return applyTemplate(cloud, { name: NAME, auth: "public", ...own, ...given }, { tags: "local.tags" });
}

/** As the server reads it, without the platform's time limit; the stub of AWS's provider makes no ARNs. */
function understood({
  MCP_ANYCLOUD_AWS_ROLE_ARN: role,
  MCP_ANYCLOUD_KEY_VAULT_SECRET: secret,
  MCP_ANYCLOUD_TIMEOUT_SECONDS: _,
  ...handed
}: Handed): ServerConfig {
  return readConfig(
    {
      ...handed,
      ...(role && { MCP_ANYCLOUD_AWS_ROLE_ARN: role.replace(/^stub-[\da-f]{12}$/, ROLE) }),
      ...(secret && { MCP_ANYCLOUD_KEY_VAULT_SECRET: secret.replace(/^stub-[\da-f]{12}/, VAULT) }),
    },
    ADAPTER_SETTINGS,
  );
}

const settings = Object.fromEntries(
  Object.entries(EVERY_SETTING).map(([name, value]) => [name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), value]),
);
/** A vault's address, for which the stub of Azure's provider makes a word. */
const VAULT = "https://notes.vault.azure.net/";

/** The key ring that a deployment creates, as the variable of its server has it. */
function ownKeyRing(
  module: Cloud | "azure-container-apps",
  { outputs, resources }: TemplateValues,
  ids: readonly string[],
): object {
  expect(outputs.key_ring_name).toMatch(/./);
  if (module === "aws") return { stateKeysSecret: String(outputs.key_ring_name) };
  expect(readStateKeys(keyRingOf(module, resources))?.map(({ id }) => id)).toEqual(ids);
  if (module === "gcp") return { secretManagerSecret: `projects/${OWN.gcp.project}/secrets/${NAME}-key-ring` };
  return { keyVaultSecret: `${VAULT}secrets/state-keys` };
}

const runnable = findTerraform() ? CLOUDS : [];
if (runnable.length === 0) test("the values that templates/ give to a server", ({ skip }) => skip(NO_TERRAFORM));
describe.for(runnable)("the server on %s", (cloud) => {
  const isElsewhere = cloud !== "aws";

  test("understands everything that can be given as it was meant", async () => {
    const values = await apply(cloud, {
      settings,
      environment: { NOTES_COLOUR: "yellow" },
      tags: { team: "notes" },
      custom_domain: { name: HOST, certificate: OWN[cloud].certificate },
      shared_state: isElsewhere ? { region: "eu-west-1" } : {},
      ...(isElsewhere && { state_key_ids: ["2", "1"] }),
    });
    const handed = handedBy(cloud, values.resources);
    const config = understood(handed);
    const audience = handed.MCP_ANYCLOUD_AWS_TOKEN_AUDIENCE ?? "";
    const role = { awsRoleArn: ROLE, awsTokenAudience: audience };
    expect(config).toEqual({
      ...readConfig({}, ADAPTER_SETTINGS),
      ...EVERY_SETTING_READ,
      table: NAME,
      allowedHosts: [HOST],
      ...(isElsewhere && role),
      ...ownKeyRing(cloud, values, isElsewhere ? ["2", "1"] : []),
    });
    expect(handed.NOTES_COLOUR).toBe("yellow");
    expect(values.outputs).toMatchObject({ mcp_url: `https://${HOST}${EVERY_SETTING.path}`, session_store_name: NAME });
    expect(values.expressions.tags).toEqual({ ...TAGS, team: "notes" });
    if (!isElsewhere) return;
    expect(handed.AWS_REGION).toBe("eu-west-1");
    const trusted = values.resources.filter(
      ({ type, values: { arn } }) => type === "aws_iam_role" && arn === handed.MCP_ANYCLOUD_AWS_ROLE_ARN,
    );
    expect(trusted.map(({ values: { assume_role_policy: policy } }) => policy)).toEqual([
      expect.stringContaining(audience),
    ]);
  });

  test("is told of no setting that was not given", async () => {
    const values = await apply(cloud, { session_store: "none" });
    const handed = handedBy(cloud, values.resources);
    const config = understood(handed);
    expect(config).toEqual({ ...readConfig({}, ADAPTER_SETTINGS), ...ownKeyRing(cloud, values, ["1"]) });
    expect(handed).not.toHaveProperty("AWS_REGION");
  });

  // A shared table is looked up in AWS, so the tests of each module itself, which can say what is found, have that.
  test("is told of the key ring that it shares with another deployment", async () => {
    const shared_state = { region: "us-east-1", key_ring: KEY_RING };
    const values = await apply(cloud, { shared_state });
    const config = understood(handedBy(cloud, values.resources));
    expect(config).toMatchObject({ table: NAME, stateKeysSecret: KEY_RING });
    for (const other of ["keyVaultSecret", "secretManagerSecret"]) expect(config).not.toHaveProperty(other);
    expect(values.outputs.key_ring_name).toBe(KEY_RING);
    const types = values.resources.map(({ type }) => type);
    expect(types.filter((type) => /secret|key_vault|key_ring|random_bytes/.test(type))).toEqual([]);
  });
});

const IMAGE = `registry.example.com/notes@sha256:${"0123456789abcdef".repeat(4)}`;
const OF_CONTAINER: Readonly<Record<ContainerModule, Given>> = {
  "aws-ecs": {
    region: "us-east-1",
    network: { vpc: "vpc-1", load_balancer_subnets: ["subnet-1", "subnet-2"], task_subnets: ["subnet-3"] },
    custom_domain: { name: HOST, certificate: OWN.aws.certificate },
  },
  "azure-container-apps": {
    region: "westeurope",
    custom_domain: { name: HOST, certificate: OWN.azure.certificate },
    session_store: "native",
  },
};

describe.for(findTerraform() ? CONTAINER_MODULES : [])("the image, run by templates/%s", (module) => {
  test("understands everything that can be given as it was meant", async () => {
    const given = { name: NAME, auth: "public", image: IMAGE, environment: { NOTES_COLOUR: "yellow" }, settings };
    const values = await applyTemplate(module, { ...given, ...OF_CONTAINER[module] }, { tags: "local.tags" });
    const handed = handedToContainer(module, values.resources);
    const { MCP_ANYCLOUD_STORAGE_TABLE: _, ...read } = handed;
    const isAws = module === "aws-ecs";
    expect(understood(read)).toEqual({
      ...readConfig({}, ADAPTER_SETTINGS),
      ...EVERY_SETTING_READ,
      allowedHosts: [HOST],
      trustedProxies: 1,
      shutdownSeconds: 30,
      ...(isAws
        ? { table: NAME, stateKeysSecret: String(values.outputs.key_ring_name) }
        : ownKeyRing("azure-container-apps", values, ["1"])),
    });
    expect(handed).toMatchObject({ NOTES_COLOUR: "yellow", PORT: "8080" });
    expect(handed.MCP_ANYCLOUD_TIMEOUT_SECONDS).toBe(isAws ? "900" : "240");
    expect(values.outputs.mcp_url).toBe(`https://${HOST}${EVERY_SETTING.path}`);
    expect(values.expressions.tags).toEqual(TAGS);
  });
});

test("the CDK stack's server understands the same, and is tagged the same", () => {
  const synthesis = synthesize({
    name: NAME,
    settings: EVERY_SETTING,
    environment: { NOTES_COLOUR: "yellow" },
    customDomain: { name: HOST, certificate },
  });
  const local = { "AWS::DynamoDB::GlobalTable": NAME, "AWS::SecretsManager::Secret": KEY_RING };
  const handed = handedByStack(synthesis, local);
  expect(readConfig(handed, AWS_SETTINGS)).toEqual({
    ...readConfig({}, AWS_SETTINGS),
    ...EVERY_SETTING_READ,
    table: NAME,
    allowedHosts: [HOST],
    stateKeysSecret: KEY_RING,
  });
  expect(handed.NOTES_COLOUR).toBe("yellow");
  const [[, server] = []] = synthesis
    .resources("AWS::Lambda::Function")
    .filter(([id]) => id.startsWith("ServerFunction"));
  expect(server?.Properties.Tags).toEqual(Object.entries(TAGS).map(([Key, Value]) => ({ Key, Value })));
});

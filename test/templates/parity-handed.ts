import { readAzureApp, readVault } from "../deployed/azure-app.ts";
import { readCloudRunService } from "../deployed/cloud-run-service.ts";
import { only } from "../deployed/template-values.ts";
import type { Synthesis } from "../stacks/synthesis.ts";
import { createResolve, type LocalValues } from "../stacks/template-values.ts";
import { record } from "./hcl/parsed-module.ts";
import type { TemplateResource } from "./run/apply-template.ts";
import type { Cloud, ContainerModule } from "./run/working-copy.ts";

/** The variables with which the platform starts the server. */
export type Handed = Readonly<Record<string, string>>;

/** The environment that a module gives to its server. */
export function handedBy(cloud: Cloud, resources: readonly TemplateResource[]): Handed {
  if (cloud === "azure") return readAzureApp(resources).environment;
  if (cloud === "gcp") return readCloudRunService(resources).environment;
  const live = only(resources, "aws_lambda_alias");
  const fn = only(resources, "aws_lambda_function", ({ function_name }) => function_name === live.function_name);
  return fn.environment[0].variables;
}

/** The same for a module that runs the image. */
export function handedToContainer(module: ContainerModule, resources: readonly TemplateResource[]): Handed {
  if (module === "aws-ecs") {
    const [container] = JSON.parse(only(resources, "aws_ecs_task_definition").container_definitions);
    return byName(container.environment);
  }
  const { template } = only(resources, "azurerm_container_app");
  return byName(template[0].container[0].env);
}

/** The text of the key ring that a module makes for its server. Throws where the server may not read it. */
export function keyRingOf(
  module: "azure" | "gcp" | "azure-container-apps",
  resources: readonly TemplateResource[],
): string {
  if (module === "gcp") return readCloudRunService(resources).keyRing ?? "";
  if (module === "azure") return readAzureApp(resources).keyRing ?? "";
  const { MCP_ANYCLOUD_KEY_VAULT_SECRET: secret = "" } = handedToContainer(module, resources);
  return readVault(resources, secret, only(resources, "azurerm_user_assigned_identity").principal_id);
}

const byName = (variables: readonly { readonly name: string; readonly value?: string | undefined }[]): Handed =>
  Object.fromEntries(variables.map(({ name, value = "" }) => [name, value]));

/** The environment that the CDK stack gives to its function. `local` replaces references to the rest of the stack. */
export function handedByStack(synthesis: Synthesis, local: LocalValues): Handed {
  const resolve = createResolve(synthesis, local);
  const [fn] = synthesis.resources("AWS::Lambda::Function").filter(([id]) => id.startsWith("ServerFunction"));
  const { Variables } = record(fn?.[1].Properties.Environment);
  return Object.fromEntries(Object.entries(record(Variables)).map(([name, value]) => [name, resolve(value)]));
}

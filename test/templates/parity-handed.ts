import { readAzureApp } from "../deployed/azure-app.ts";
import { readCloudRunService } from "../deployed/cloud-run-service.ts";
import { only, withKeys } from "../deployed/template-values.ts";
import type { Synthesis } from "../stacks/synthesis.ts";
import { createResolve, type LocalValues } from "../stacks/template-values.ts";
import { record } from "./hcl/parsed-module.ts";
import type { TemplateResource } from "./run/apply-template.ts";
import type { Cloud, ContainerModule } from "./run/working-copy.ts";

/** The variables with which the platform starts the server. */
export type Handed = Readonly<Record<string, string>>;

/** The environment that a module gives to its server, with each secret in place of the reference to it. */
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
  const { template, secret } = only(resources, "azurerm_container_app");
  const keyRing = only(resources, "azapi_resource_action").body.properties.value;
  const secrets = Object.fromEntries((secret as { name: string }[]).map(({ name }) => [name, withKeys(keyRing)]));
  const variables = template[0].container[0].env as { name: string; value?: string; secret_name?: string }[];
  return byName(
    variables.map(({ name, value, secret_name: from }) => ({
      name,
      value: from && from in secrets ? secrets[from] : value,
    })),
  );
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

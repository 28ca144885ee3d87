import type { DeploymentSetting } from "./deployment-settings.ts";
import { NOTICE } from "./notice.ts";
import { snakeCase } from "./snake-case.ts";

/** environment.tf of each module: the variables that the settings become. */
export function terraformEnvironment(settings: readonly DeploymentSetting[]): string {
  const width = Math.max(...settings.map(({ variable }) => variable.length));
  return `# ${NOTICE}

# A setting that is null is left out, and the endpoint has its default. server-environment.tf adds the rest.
locals {
  settings = {
${settings.map((setting) => `    ${setting.variable.padEnd(width)} = ${asText(setting)}`).join("\n")}
  }
}
`;
}

/** The value as text; null where the setting is null. */
function asText({ field, type }: DeploymentSetting): string {
  const value = `var.settings.${snakeCase(field)}`;
  if (type.kind === "number") return `tostring(${value})`;
  return type.kind === "list" ? `try(join(",", ${value}), null)` : value;
}

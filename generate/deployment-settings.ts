import type { Parsed, ValueType } from "../src/config/value-type.ts";
import type { DocumentedSetting } from "./documented-settings.ts";

type DeploymentType = Exclude<DocumentedSetting["type"], Parsed<unknown> & ValueType<unknown>>;

/** A setting that a deployment may be given: a prop of the CDK stack, a field of a Terraform variable. */
export interface DeploymentSetting extends DocumentedSetting {
  readonly type: DeploymentType;
}

/** Throws for a setting with a syntax that neither CDK nor Terraform can check. */
export function deploymentSettings(settings: readonly DocumentedSetting[]): readonly DeploymentSetting[] {
  return settings.flatMap((setting) => {
    if (setting.setByDeployment) return [];
    const { type, field } = setting;
    if (type.kind !== "parsed") return [{ ...setting, type }];
    throw new Error(`The setting ${field} has a syntax of its own: give it another type, or mark it setByDeployment.`);
  });
}

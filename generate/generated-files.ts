import { cdkSettings } from "./cdk-settings.ts";
import { deploymentSettings } from "./deployment-settings.ts";
import { documentedSettings } from "./documented-settings.ts";
import { observabilityPage, REQUEST_RECORD } from "./observability-page.ts";
import { pictureFiles } from "./picture-files.ts";
import { ADAPTER_WORDS, type SettingTable } from "./setting-tables.ts";
import { settingsPage } from "./settings-page.ts";
import { sharedTemplateFiles } from "./shared-template-files.ts";
import { terraformEnvironment } from "./terraform-environment.ts";
import { terraformSettings } from "./terraform-settings.ts";

const MODULES = ["aws", "aws-ecs", "azure", "azure-container-apps", "gcp"].map((module) => `templates/${module}`);

/** The text of every generated file, by path. `read` reads a file of the repository. */
export function generatedFiles(
  tables: readonly SettingTable[],
  read: (path: string) => string,
): Readonly<Record<string, string>> {
  const groups = tables.map((table) => ({
    title: table.title,
    settings: documentedSettings(table, read(table.file)),
  }));
  const settings = deploymentSettings(groups.flatMap((group) => group.settings));
  return {
    "docs/settings.md": settingsPage({
      template: read("generate/settings-page.md"),
      groups,
      words: ADAPTER_WORDS,
      example: read("examples/greeter/endpoint.ts"),
    }),
    "docs/observability.md": observabilityPage(read("generate/observability-page.md"), read(REQUEST_RECORD)),
    "stacks/settings.ts": cdkSettings(settings),
    ...pictureFiles(),
    ...sharedTemplateFiles(read),
    ...Object.fromEntries(
      MODULES.flatMap((module) => [
        [`${module}/settings.tf`, terraformSettings(settings)],
        [`${module}/environment.tf`, terraformEnvironment(settings)],
      ]),
    ),
  };
}

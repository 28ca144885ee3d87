import type { DocumentedSetting } from "./documented-settings.ts";
import { NOTICE } from "./notice.ts";
import { snakeCase } from "./snake-case.ts";

interface SettingGroup {
  readonly title: string;
  readonly settings: readonly DocumentedSetting[];
}

export interface SettingsPageParts {
  /** The page in Markdown, with `{{name}}` where something is to be filled in. */
  readonly template: string;
  readonly groups: readonly SettingGroup[];
  /** Words that a setting takes, where its own type does not name them, by field. */
  readonly words: Readonly<Record<string, readonly string[]>>;
  /** Source of a module that reads the settings itself. */
  readonly example: string;
}

/** docs/settings.md. */
export function settingsPage({ template, groups, words, example }: SettingsPageParts): string {
  const all = groups.flatMap(({ settings }) => settings);
  const parts: Readonly<Record<string, string>> = {
    notice: NOTICE,
    example,
    groups: groups.map((group) => groupSection(group, words)).join("\n"),
    deployment: all
      .filter((one) => !one.setByDeployment)
      .map(propRow)
      .join("\n"),
    others: all.flatMap(({ setByDeployment, variable }) => (setByDeployment ? [`\`${variable}\``] : [])).join(", "),
  };
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`The page has a place {{${name}}} that nothing fills: correct its name.`);
    return part;
  });
}

const groupSection = ({ title, settings }: SettingGroup, words: SettingsPageParts["words"]): string =>
  [
    `## ${title}\n`,
    "| variable | default | value | meaning |",
    "| --- | --- | --- | --- |",
    ...settings.map((setting) => row(setting, words[setting.field])),
    "",
  ].join("\n");

function row({ variable, type, text, defaultText }: DocumentedSetting, words?: readonly string[]): string {
  const cells = [`\`${variable}\``, defaultText, words ? anyOf(words) : takenValues(type), withLinks(text)];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function takenValues(type: DocumentedSetting["type"]): string {
  if (type.kind === "number") return `${type.min} to ${type.max}${type.unit ? ` ${type.unit}` : ""}`;
  if (type.kind === "choice") return anyOf(type.words);
  return type.kind === "list" ? "list" : "text";
}

const anyOf = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(", ");

/** Links to pages in the same folder. */
const withLinks = (text: string): string => text.replaceAll(/\bdocs\/([\w-]+\.md)\b/g, "[$1]($1)");

const propRow = ({ field, variable }: DocumentedSetting): string =>
  `| \`${variable}\` | \`settings.${field}\` | \`settings.${snakeCase(field)}\` |`;

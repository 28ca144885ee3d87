import type { DeploymentSetting } from "./deployment-settings.ts";
import { NOTICE } from "./notice.ts";
import { wrappedText } from "./wrapped-text.ts";

/** stacks/settings.ts: the props, and as plain data the rules for their values. Stacks import no server code. */
export function cdkSettings(settings: readonly DeploymentSetting[]): string {
  return `// ${NOTICE}
// biome-ignore-all format: no person edits this file

import type { SettingRule } from "./checks/setting-rule.ts";

/** How the endpoint behaves (docs/settings.md). No setting costs anything by itself. */
export interface McpSettings {
${settings.map(prop).join("\n")}
}

/** The rule of each setting. */
export const SETTINGS: Readonly<Record<keyof McpSettings, SettingRule>> = {
${settings.map(entry).join("\n")}
};
`;
}

function prop({ field, text, defaultText, type }: DeploymentSetting): string {
  const lines = wrappedText(`${text} Default: ${defaultText}.`, 115).map((line) => `   * ${line}`);
  return ["  /**", ...lines, "   */", `  readonly ${field}?: ${typeOf(type)};`].join("\n");
}

function typeOf(type: DeploymentSetting["type"]): string {
  if (type.kind === "choice") return type.words.map((word) => JSON.stringify(word)).join(" | ");
  return { number: "number", text: "string", list: "readonly string[]" }[type.kind];
}

function entry({ field, variable, type, needsStore, default: preset }: DeploymentSetting): string {
  const rule = {
    variable: JSON.stringify(variable),
    ...ruleOf(type),
    ...(preset !== undefined && { default: JSON.stringify(preset) }),
    ...(needsStore && { needsStore }),
  };
  const lines = Object.entries(rule).map(([name, code]) => `    ${name}: ${code},`);
  return [`  ${field}: {`, ...lines, "  },"].join("\n");
}

/** The fields of a `SettingRule`, as code. */
function ruleOf(type: DeploymentSetting["type"]): Readonly<Record<string, unknown>> {
  const must = JSON.stringify(type.must);
  switch (type.kind) {
    case "number":
      return { must, min: type.min, max: type.max };
    case "choice":
      return { must, words: `[${type.words.map((word) => JSON.stringify(word)).join(", ")}]` };
    case "text":
      return { must, pattern: type.pattern };
    case "list": {
      const { namedBefore, ...patterns } = type.items;
      const named = namedBefore && { namedBefore: JSON.stringify(namedBefore) };
      return { must: JSON.stringify(type.itemsMust), ...patterns, ...named };
    }
  }
}

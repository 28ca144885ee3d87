import { Token } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { type McpSettings, SETTINGS } from "../settings.ts";
import { checkWholeNumber } from "./check-whole-number.ts";
import { refuse, refuseUnknown } from "./refuse.ts";
import type { SettingRule } from "./setting-rule.ts";

/** Refuses settings that the endpoint would refuse, because otherwise only the first request would find them out. */
export function checkSettings(scope: Construct, settings: McpSettings, hasStore: boolean): void {
  // The resources of the API and the URL for clients are derived from it.
  refuseUnknown(scope, "settings.path", settings.path);
  for (const field of Object.keys(settings) as (keyof McpSettings)[]) {
    const value = settings[field];
    const rule = SETTINGS[field];
    if (value === undefined) continue;
    // JavaScript and casts can set it; the type has no such prop.
    if (!rule) refuse(scope, `settings.${field}`, `is not a setting: there are ${Object.keys(SETTINGS).join(", ")}.`);
    checkSetting(scope, `settings.${field}`, value, rule);
    if (rule.needsStore && !hasStore) {
      refuse(scope, `settings.${field}`, 'is of no use with sessionStore "none": leave one of the two out.');
    }
  }
}

type Value = number | string | readonly string[];

function checkSetting(scope: Construct, prop: string, value: Value, rule: SettingRule): void {
  const { min, max, must, namedBefore } = rule;
  if (min !== undefined && max !== undefined) {
    checkWholeNumber(scope, prop, Number(value), { min, max, must });
    return;
  }
  const texts = typeof value === "object" ? value : [String(value)];
  const other = texts.find((text) => !Token.isUnresolved(text) && !isText(text, rule));
  if (other !== undefined) refuse(scope, prop, `must ${must}, not ${other}.`);
  if (namedBefore === undefined) return;
  const names = texts.map((text) => text.split(namedBefore)[0]);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse(scope, prop, `has ${twice} twice: keep one of them.`);
}

/** A value that only the deployment knows counts as valid. */
const isText = (text: string, { words, pattern, except }: SettingRule): boolean =>
  (words?.includes(text) ?? true) && (pattern?.test(text) ?? true) && !except?.test(text);

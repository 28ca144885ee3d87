import { AnycloudError } from "../errors.ts";
import { CONFIG_SETTINGS, type Config } from "./config.ts";
import { withoutPasswords } from "./secure-url.ts";
import type { Setting, Settings } from "./setting.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = "MCP_ANYCLOUD_";
/** Variables that only the command line reads. */
const IGNORED = new Set(["MCP_ANYCLOUD_DEBUG", "MCP_ANYCLOUD_TERRAFORM"]);

/**
 * Reads the configuration from the environment. An empty variable counts as absent.
 *
 * `adapterSettings` is the table of an adapter's own settings, which its `settings.ts` exports; their values become part of
 * the same object. The variables of other adapters are unknown variables.
 *
 * Throws CONFIG_INVALID with every problem in one sentence. An unknown variable with our prefix is a problem, because a
 * misspelt limit must not silently be no limit.
 */
export function readConfig<AdapterConfig extends object = object>(
  environment: Environment,
  adapterSettings?: Settings<AdapterConfig>,
): Config & AdapterConfig {
  const settings = Object.entries<Setting>({ ...CONFIG_SETTINGS, ...adapterSettings });
  const byVariable = new Map<string, (typeof settings)[number]>(settings.map((entry) => [entry[1].variable, entry]));
  const config: Record<string, unknown> = {};
  for (const [field, { default: value }] of settings) if (value !== undefined) config[field] = value;
  const problems: string[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(PREFIX) || IGNORED.has(variable) || !text) continue;
    const [field, setting] = byVariable.get(variable) ?? [];
    if (!field || !setting) {
      problems.push(unknownVariable(variable));
      continue;
    }
    const value = setting.type.read(text);
    config[field] = value;
    if (value === undefined) problems.push(invalidValue(setting, text));
    for (const other of setting.insteadOf ?? []) {
      if (environment[other]) problems.push(`${other} and ${variable} set the same thing: keep one of them`);
    }
  }
  if (problems.length > 0) {
    throw new AnycloudError("CONFIG_INVALID", `The environment is not valid: ${problems.join("; ")}.`);
  }
  return config as Config & AdapterConfig;
}

const unknownVariable = (variable: string): string =>
  `${variable} is not a setting (docs/settings.md lists them; readConfig takes an adapter's as its second argument)`;

function invalidValue({ variable, type, secret }: Setting, text: string): string {
  // An object in JSON may have a secret in any of its members.
  const isShown = !secret && !text.includes("{");
  return `${variable} must ${type.must}${isShown ? `, not ${JSON.stringify(shortened(withoutPasswords(text)))}` : ""}`;
}

const MOST_CHARACTERS = 200;
const shortened = (text: string): string =>
  text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;

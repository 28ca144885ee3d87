import { parseArgs } from "node:util";
import { CLOUDS, type Cloud } from "../clouds.ts";
import { readFlags, usage } from "../flags.ts";

const SDKS = ["v2", "v1"] as const;
export type Sdk = (typeof SDKS)[number];

export interface InitCommand {
  readonly verb: "init";
  /** Where the project is, or will be. */
  readonly folder: string;
  /** Takes the preset of everything that was not said, without asking. */
  readonly yes: boolean;
  readonly name: string | undefined;
  readonly clouds: readonly Cloud[] | undefined;
  readonly sdk: Sdk | undefined;
  /** Deploys to AWS with Terraform instead of CDK. */
  readonly terraform: boolean;
}

/** Reads the command line behind `init`. Throws USAGE. */
export function parseInit(args: string[]): InitCommand {
  const options = {
    yes: { type: "boolean", short: "y" },
    name: { type: "string" },
    target: { type: "string", multiple: true },
    sdk: { type: "string" },
    terraform: { type: "boolean" },
  } as const;
  const { values, positionals } = readFlags("init", () => parseArgs({ args, options, allowPositionals: true }));
  if (positionals.length > 1) throw usage("There is one folder to write to", `leave out ${positionals[1]}`);
  return {
    verb: "init",
    folder: positionals[0] ?? ".",
    yes: values.yes ?? false,
    name: values.name === undefined ? undefined : toName(values.name),
    clouds: values.target && toClouds(values.target),
    sdk: values.sdk === undefined ? undefined : toSdk(values.sdk),
    terraform: values.terraform ?? false,
  };
}

/** The rule of the stacks and modules, which name resources after the server. */
const NAME = /^[a-z][a-z0-9-]{1,22}[a-z0-9]$/;

/** A name that every cloud takes. Throws USAGE. */
export function toName(text: string): string {
  if (NAME.test(text)) return text;
  throw usage(
    `The name cannot be "${text}"`,
    "give 3 to 24 lower-case letters, digits and hyphens that start with a letter and do not end with a hyphen",
  );
}

/** The name that a folder suggests. */
export function nameOfFolder(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 24)
    .replace(/-+$/, "");
  return NAME.test(name) ? name : "mcp-server";
}

/** Throws USAGE. */
export function toClouds(words: readonly string[]): readonly Cloud[] {
  const unknown = words.find((word) => !CLOUDS.includes(word as Cloud));
  if (unknown !== undefined) throw usage(`There is no cloud "${unknown}"`, "give aws, azure or gcp");
  if (words.length === 0) throw usage("No cloud was named", "give aws, azure or gcp");
  return CLOUDS.filter((cloud) => words.includes(cloud));
}

/** Throws USAGE. */
export function toSdk(word: string): Sdk {
  const sdk = SDKS.find((one) => one === word);
  if (sdk === undefined) throw usage(`There is no SDK "${word}"`, "give v2 or v1");
  return sdk;
}

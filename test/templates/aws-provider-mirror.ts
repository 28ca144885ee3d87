import { globSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

export interface ProviderMirror {
  /** The `path` of a `filesystem_mirror` block. */
  readonly path: string;
  readonly version: string;
}

/** Why tests that need the real provider are not run. */
export const NO_AWS_PROVIDER =
  "no mirror on this machine has hashicorp/aws; `terraform providers mirror <folder>` makes one, TERRAFORM_PLUGIN_MIRROR names it";

/**
 * The real AWS provider, where it lies on this machine without a registry; undefined where it does not.
 *
 * Sources: "CLI Configuration File", "Explicit Installation Method Configuration" and "Implied Local Mirror Directories"
 * (https://developer.hashicorp.com/terraform/cli/config/config-file); /opt is where packages that are no part of a
 * distribution put what they bring (Filesystem Hierarchy Standard, 3.13).
 */
export function findAwsProvider(): ProviderMirror | undefined {
  const folders = [...named(), ...implied(), ...globSync("/opt/*/")];
  const found = folders.flatMap((path) => versionsIn(path).map((version): ProviderMirror => ({ path, version })));
  return found[0];
}

function named(): string[] {
  const { TERRAFORM_PLUGIN_MIRROR, TF_PLUGIN_CACHE_DIR, TF_CLI_CONFIG_FILE } = process.env;
  const mirrors = TF_CLI_CONFIG_FILE ? mirrorsIn(TF_CLI_CONFIG_FILE) : [];
  return [TERRAFORM_PLUGIN_MIRROR, ...mirrors, TF_PLUGIN_CACHE_DIR].filter((path) => path !== undefined);
}

function mirrorsIn(file: string): string[] {
  try {
    const blocks = readFileSync(file, "utf8").matchAll(/filesystem_mirror\s*\{[^}]*?path\s*=\s*"([^"]+)"/g);
    return [...blocks].map(([, path = ""]) => path);
  } catch {
    // A variable that names no file is Terraform's to complain of.
    return [];
  }
}

function implied(): string[] {
  const { XDG_DATA_HOME = join(homedir(), ".local/share"), XDG_DATA_DIRS = "/usr/local/share:/usr/share" } =
    process.env;
  const shared = [XDG_DATA_HOME, ...XDG_DATA_DIRS.split(delimiter)];
  return [join(homedir(), ".terraform.d/plugins"), ...shared.map((folder) => join(folder, "terraform/plugins"))];
}

/** Versions for this machine in a mirror's unpacked layout, the newest first. */
function versionsIn(mirror: string): string[] {
  const platform = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;
  const provider = join(mirror, "registry.terraform.io/hashicorp/aws");
  const programs = globSync(`*/${platform}/terraform-provider-aws*`, { cwd: provider });
  const versions = programs.map((program) => program.split(/[/\\]/)[0] ?? "");
  return versions.sort((one, other) => other.localeCompare(one, "en", { numeric: true }));
}

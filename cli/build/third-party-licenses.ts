import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** Name of the file in every artefact. */
export const LICENSES = "THIRD-PARTY-LICENSES.txt";

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
}

/**
 * The licences of the packages in a bundle, whole, as most of them ask of every copy. `inputs` are the paths of
 * esbuild's metafile, relative to the working directory.
 */
export function thirdPartyLicenses(inputs: readonly string[]): string {
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  const notices = [...folders].map(notice).sort();
  return ["Packages in this bundle and their licenses.", ...notices].join("\n\n");
}

/** `…/node_modules/@scope/name` of a file somewhere below it. */
function packageFolder(input: string): string | undefined {
  const path = input.replace(/^[\w-]+:(?=\/)/, "");
  return /^.*[\\/]?node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(path)?.[0];
}

function notice(folder: string): string {
  const manifest = resolve(folder, "package.json");
  const { name, version, license }: Manifest = existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")) : {};
  const title = `${name} ${version} (${license ?? "no licence named"})`;
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.|$)/i.test(entry));
  if (!file) return title;
  return `${title}\n${"-".repeat(title.length)}\n${readFileSync(join(folder, file), "utf8").replaceAll("\r", "").trim()}\n`;
}

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
 * The licences of the packages in a bundle, whole, as most of them ask of every copy; packages whose texts are the same
 * share one. `inputs` are the paths of esbuild's metafile, relative to the working directory.
 */
export function thirdPartyLicenses(inputs: readonly string[]): string {
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  const titles = new Map<string, string[]>();
  for (const folder of folders) {
    const text = textIn(folder);
    titles.set(text, [...(titles.get(text) ?? []), titleOf(folder)]);
  }
  const notices = [...titles].map(([text, sharing]) => notice(sharing.sort(), text)).sort();
  return ["Packages in this bundle and their licenses.", ...notices].join("\n\n");
}

/** `…/node_modules/@scope/name` of a file somewhere below it, whole: plugins name their files so, esbuild does not. */
function packageFolder(input: string): string | undefined {
  const path = input.replace(/^[\w-]+:(?=\/)/, "");
  const folder = /^.*[\\/]?node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(path)?.[0];
  return folder && resolve(folder);
}

function titleOf(folder: string): string {
  const manifest = join(folder, "package.json");
  const { name, version, license }: Manifest = existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")) : {};
  return `${name} ${version} (${license ?? "no licence named"})`;
}

/** Empty where a package has no such file. */
function textIn(folder: string): string {
  const entries = readdirSync(folder, { withFileTypes: true });
  const file = entries.find((entry) => !entry.isDirectory() && /^(licen[cs]e|copying)(\.|$)/i.test(entry.name));
  return file ? readFileSync(join(folder, file.name), "utf8").replaceAll("\r", "").trim() : "";
}

function notice(titles: readonly string[], text: string): string {
  const heading = titles.join("\n");
  if (text === "") return heading;
  const rule = "-".repeat(Math.max(...titles.map(({ length }) => length)));
  return `${heading}\n${rule}\n${text}\n`;
}

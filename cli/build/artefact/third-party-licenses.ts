import { readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { readText } from "../../files/read-text.ts";
import { readManifest } from "../project/project.ts";

/** Name of the file in every artefact. */
export const LICENSES = "THIRD-PARTY-LICENSES.txt";

/** Files with the terms of a package. Some have two licences to choose from, and Apache's asks to pass notices on. */
const TERMS = /^(?!.*\.([cm]?[jt]sx?|json|csv)$)(licen[cs]e|copying|notice)([._-]|$)/i;

/**
 * The licences and notices of the packages in a bundle, whole, as most of them ask of every copy; packages whose texts are the
 * same share one. `inputs` are the paths of esbuild's metafile, relative to the working directory.
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

/**
 * `…/node_modules/@scope/name` of a file somewhere below it, whole: plugins name their files so, esbuild does not. Undefined
 * for other files, such as a module that lies in `node_modules` itself.
 */
function packageFolder(input: string): string | undefined {
  const path = input.replace(/^[\w-]+:(?=\/)/, "");
  const folder = /^.*[\\/]?node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(path)?.[0];
  return folder && resolve(folder);
}

function titleOf(folder: string): string {
  const { name = basename(folder), version = "of no version", license } = readManifest(folder);
  // The form of old packages.
  const named = typeof license === "object" ? license?.type : license;
  return `${name} ${version} (${named ?? "no licence named"})`;
}

/** Empty where a package has no such file. */
function textIn(folder: string): string {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.isDirectory());
  const names = files.map(({ name }) => name).filter((name) => TERMS.test(name));
  const texts = names.sort().map((name) => readText(join(folder, name)).replaceAll("\r", "").trim());
  return texts.join("\n\n");
}

function notice(titles: readonly string[], text: string): string {
  const heading = titles.join("\n");
  if (text === "") return heading;
  const rule = "-".repeat(Math.max(...titles.map(({ length }) => length)));
  return `${heading}\n${rule}\n${text}\n`;
}

import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { AnycloudError } from "../../src/adapter.ts";
import { replaceFile } from "../files/replace-file.ts";
import { shownPath } from "../files/shown-path.ts";
import type { Choices } from "./choose.ts";
import { extendManifest, type Manifest } from "./manifest.ts";
import { projectFiles } from "./project-files.ts";
import type { Workspace } from "./workspace.ts";

/** A file that is written, or left as it is. */
export interface Change {
  readonly path: string;
  /** Undefined for a file that stays as it is. */
  readonly text: string | undefined;
  /** The outcome, for people. */
  readonly what: string;
}

export interface Project {
  readonly folder: string;
  /** Undefined where there is no package.json. */
  readonly manifest: Manifest | undefined;
  /** The text of package.json. */
  readonly manifestText: string;
  readonly hasServer: boolean;
  readonly workspace: Workspace;
}

/** Everything that makes a folder a project of these choices. Writes nothing. Throws USAGE where a path is taken. */
export function planChanges(project: Project, choices: Choices): Change[] {
  const { folder, manifest, hasServer, workspace } = project;
  const isNew = manifest === undefined || isBare(manifest);
  const files = projectFiles({ ...choices, mts: !isNew && manifest.type !== "module", hasServer, workspace });
  const { repository } = workspace;
  const plans = [...files].map(([path, text]) =>
    repository !== undefined && path.startsWith(".github/") ? leftOut(path, repository) : planFile(folder, path, text),
  );
  return [planManifest(project, isNew, choices), ...plans];
}

const leftOut = (path: string, repository: string): Change => ({
  path,
  text: undefined,
  what: `left out: GitHub reads workflows at ${shownPath(repository)} alone, see docs/release.md`,
});

/** Whether a manifest has nothing but what `npm install` and `pnpm add` write into an empty folder. */
const isBare = (manifest: Manifest): boolean =>
  Object.keys(manifest).every((field) => ["dependencies", "devDependencies"].includes(field));

function planManifest({ manifest: existing, manifestText }: Project, isNew: boolean, choices: Choices): Change {
  const fresh = { name: choices.name, private: true, version: "0.1.0", type: "module" };
  const { manifest, added } = extendManifest(isNew ? { ...fresh, ...existing } : (existing ?? fresh), choices);
  const path = "package.json";
  if (existing && added.length === 0) return { path, text: undefined, what: "has everything already" };
  const what = existing ? `added ${added.join(", ")}` : "written";
  return { path, text: toJsonLike(manifestText, manifest), what };
}

/** JSON in the style of another text: its indentation and its line ends. */
function toJsonLike(text: string, value: object): string {
  const [indent = 2] = /^[ \t]+(?=")/m.exec(text) ?? [];
  return `${JSON.stringify(value, undefined, indent)}\n`.replaceAll("\n", lineEndOf(text));
}

const lineEndOf = (text: string): string => (text.includes("\r\n") ? "\r\n" : "\n");

function planFile(folder: string, path: string, text: string): Change {
  refuseTaken(folder, path);
  const file = join(folder, path);
  if (!existsSync(file)) return { path, text, what: "written" };
  if (path !== ".gitignore") return { path, text: undefined, what: "was there, and stays as it is" };
  const there = readFileSync(file, "utf8");
  const lines = there.split(/\r?\n/).map((line) => line.trim().replace(/^\/|\/$/g, ""));
  const missing = text.split("\n").filter((line) => line !== "" && !lines.includes(line.replace(/\/$/, "")));
  if (missing.length === 0) return { path, text: undefined, what: "has everything already" };
  const lineEnd = lineEndOf(there);
  const end = there === "" || there.endsWith("\n") ? "" : lineEnd;
  const added = missing.map((line) => line + lineEnd).join("");
  return { path, text: `${there}${end}${added}`, what: `added ${missing.join(", ")}` };
}

/** A folder in the place of a file, or a file in the place of a folder, would end the writing half way. */
function refuseTaken(folder: string, path: string): void {
  const parts = path.split("/");
  for (const [index] of parts.entries()) {
    const part = parts.slice(0, index + 1).join("/");
    const stats = statSync(join(folder, part), { throwIfNoEntry: false });
    const isLast = index === parts.length - 1;
    if (!stats || (isLast ? stats.isFile() : stats.isDirectory())) continue;
    const sentence = `${part} is a ${isLast ? "folder" : "file"} here, where init writes a ${isLast ? "file" : "folder"}: rename it.`;
    throw new AnycloudError("USAGE", sentence);
  }
}

/** Writes what is to be written, each file in one step: on a full disk, package.json stays as it was. Throws BUILD_FAILED. */
export async function writeChanges(folder: string, changes: readonly Change[]): Promise<void> {
  for (const { path, text } of changes) {
    if (text === undefined) continue;
    const file = join(folder, path);
    if (existsSync(file)) await replaceFile(realpathSync(file), text, statSync(file).mode & 0o777);
    else await replaceFile(file, text);
  }
}

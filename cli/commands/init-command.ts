import { existsSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { AnycloudError } from "../../src/adapter.ts";
import { USUAL_ENTRIES } from "../entry.ts";
import { readText } from "../files/read-text.ts";
import { shownPath } from "../files/shown-path.ts";
import { type Change, type Project, planChanges, writeChanges } from "../init/changes.ts";
import { choose } from "../init/choose.ts";
import { readManifest } from "../init/manifest.ts";
import { type InitCommand, nameOfFolder } from "../init/parse-init.ts";
import { findWorkspace } from "../init/workspace.ts";
import { toTable } from "../table.ts";

/**
 * `mcp-anycloud init`: writes a project, or adds to one what it lacks, and says what it did. It plans everything before it
 * writes anything. Throws USAGE for a wrong choice, or for a place that is taken, and BUILD_FAILED
 * for a file that cannot be written.
 */
export async function initCommand(command: InitCommand): Promise<void> {
  const project = readProject(resolve(command.folder));
  const usesV1 = "@modelcontextprotocol/sdk" in { ...project.manifest?.dependencies };
  const presets = { name: nameOfFolder(basename(project.folder)), sdk: usesV1 ? "v1" : "v2" } as const;
  const choices = await choose(command, presets);
  const changes = planChanges(project, choices);
  await writeChanges(project.folder, changes);
  process.stdout.write(`${tableOf(changes)}\n${nextSteps(project)}`);
}

function readProject(folder: string): Project {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats && !stats.isDirectory())
    throw new AnycloudError("USAGE", `${shownPath(folder)} is a file: name a folder, new or old.`);
  const file = join(folder, "package.json");
  const manifestText = existsSync(file) ? readText(file) : "";
  const manifest = existsSync(file) ? readManifest(manifestText) : undefined;
  const names = manifest !== undefined && "mcp-anycloud" in manifest;
  const hasServer = names || USUAL_ENTRIES.some((entry) => existsSync(join(folder, entry)));
  return { folder, manifest, manifestText, hasServer, workspace: findWorkspace(folder) };
}

const tableOf = (changes: readonly Change[]): string =>
  toTable(
    [{ title: "file" }, { title: "" }],
    changes.map(({ path, what }) => [path, what]),
  );

function nextSteps({ folder, hasServer, workspace: { manager: tool } }: Project): string {
  const place = shownPath(folder);
  const steps = [
    ...(place === "." ? [] : [`cd ${place}`]),
    `${tool} install`,
    ...(hasServer ? [] : [`${tool} test`]),
    `${tool} run dev`,
  ];
  return `Next:\n${steps.map((step) => `  ${step}\n`).join("")}`;
}

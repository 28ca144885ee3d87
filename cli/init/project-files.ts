import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE_FOLDER } from "../package-json.ts";
import type { Choices } from "./choose.ts";
import type { PackageManager, Workspace } from "./workspace.ts";

/** The files of a project, as templates/project/ has them. */
const TEMPLATES = join(PACKAGE_FOLDER, "templates/project");
/** The name that stands in them. */
const NAME = /\bmy-server\b/g;
/** The place of this package in them, and the command that installs what a lock file has. */
const TOOLKIT = "node_modules/mcp-anycloud";
const INSTALL = "run: npm ci";

/** That command for each package manager. */
const INSTALL_LOCKED: Readonly<Record<PackageManager, string>> = {
  npm: "npm ci",
  pnpm: "npx --yes pnpm@10 install --frozen-lockfile",
  yarn: "corepack enable && yarn install --immutable",
  bun: "npx --yes bun@1 install --frozen-lockfile",
};

export interface FileOptions extends Choices {
  /** Writes .mts files, where the project's package.json says that .ts files are CommonJS. */
  readonly mts: boolean;
  /** Leaves out the server and its test, where the project has a server. */
  readonly hasServer: boolean;
  readonly workspace: Workspace;
}

/** The text of every file of a new project but package.json, by its path. */
export function projectFiles(options: FileOptions): ReadonlyMap<string, string> {
  const { clouds, sdk, terraform, mts, hasServer, workspace } = options;
  const parts = clouds.map((cloud) => (cloud === "aws" && terraform ? "aws-terraform" : cloud));
  const files = new Map(["common", ...(hasServer ? [] : [sdk]), ...parts].flatMap(readLayer));
  const workflow = ["head", ...parts].map((part) => readFileSync(join(TEMPLATES, `workflow/${part}.yml`), "utf8"));
  files.set(".github/workflows/deploy.yml", workflow.join(""));
  // By itself, Yarn keeps packages in zip files, which `build` cannot read. The root of a workspace decides for its members.
  if (workspace.manager === "yarn" && workspace.toolkit === TOOLKIT)
    files.set(".yarnrc.yml", "nodeLinker: node-modules\n");
  return new Map([...files].map(([path, text]) => [renamed(path, mts), filledIn(text, options)]));
}

function readLayer(layer: string): [string, string][] {
  const folder = join(TEMPLATES, layer);
  // Not by entries with their types: those of a zip file, from which `yarn dlx` runs this, do not know their folders.
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = paths.filter((path) => statSync(join(folder, path)).isFile());
  return files.map((path) => [path.replaceAll("\\", "/"), readFileSync(join(folder, path), "utf8")]);
}

/** npm leaves a `.gitignore` out of every package, so ours has another name. */
function renamed(path: string, mts: boolean): string {
  return (mts ? path.replace(/\.ts$/, ".mts") : path).replace(/^gitignore$/, ".gitignore");
}

function filledIn(text: string, { name, mts, workspace: { manager, toolkit } }: FileOptions): string {
  const named = text
    .replaceAll(NAME, name)
    .replaceAll(TOOLKIT, toolkit)
    .replaceAll(INSTALL, `run: ${INSTALL_LOCKED[manager]}`);
  return mts ? named.replaceAll(/\b(server|app)\.ts\b/g, "$1.mts") : named;
}

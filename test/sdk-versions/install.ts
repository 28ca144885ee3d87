import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ROOT } from "../cli/project.ts";

const run = promisify(execFile);
const LISTED = join(ROOT, "test/sdk-versions");
const INSTALLED = join(ROOT, "node_modules/.sdk-versions");
const FILES = ["package.json", "package-lock.json"] as const;

/** The names under which package.json lists the versions. */
export const SDK_VERSIONS: readonly string[] = Object.keys(
  JSON.parse(readFileSync(join(LISTED, "package.json"), "utf8")).devDependencies,
);

/** The client of one version. All have the same shape. */
export interface SdkVersion {
  readonly Client: typeof Client;
  readonly StreamableHTTPClientTransport: typeof StreamableHTTPClientTransport;
}

/** Installs the versions from npm's registry, unless they are there, beside the project's own packages. */
export async function installSdkVersions(): Promise<void> {
  const isInstalled = FILES.every(
    (file) =>
      existsSync(join(INSTALLED, file)) &&
      readFileSync(join(INSTALLED, file), "utf8") === readFileSync(join(LISTED, file), "utf8"),
  );
  if (isInstalled && existsSync(join(INSTALLED, "node_modules/.package-lock.json"))) return;
  mkdirSync(INSTALLED, { recursive: true });
  for (const file of FILES) cpSync(join(LISTED, file), join(INSTALLED, file));
  await run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: INSTALLED });
}

export async function loadSdkVersion(name: string): Promise<SdkVersion> {
  const load = (file: string) =>
    import(pathToFileURL(join(INSTALLED, "node_modules", name, "dist/esm/client", file)).href);
  const [{ Client }, { StreamableHTTPClientTransport }] = await Promise.all([
    load("index.js"),
    load("streamableHttp.js"),
  ]);
  return { Client, StreamableHTTPClientTransport };
}

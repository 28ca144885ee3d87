import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";

const FOLDER = import.meta.dirname;

/** Installs the peers of `bench/package.json` in the versions of its lockfile, unless npm has done so since it changed. */
export function installPeers(): void {
  const changedAt = statSync(join(FOLDER, "package-lock.json")).mtimeMs;
  const installed = statSync(join(FOLDER, "node_modules/.package-lock.json"), { throwIfNoEntry: false });
  if (installed && installed.mtimeMs >= changedAt) return;
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  execFileSync(npm, ["ci", "--prefix", FOLDER, "--ignore-scripts", "--no-audit", "--no-fund"], { stdio: "inherit" });
}

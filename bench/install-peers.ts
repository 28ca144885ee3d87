import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Installs what ours is compared with, where it is not there yet: no part of the product, and none of its tests. */
export async function installPeers(): Promise<void> {
  if (existsSync(join(import.meta.dirname, "node_modules"))) return;
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  execFileSync(npm, ["ci", "--prefix", import.meta.dirname, "--ignore-scripts", "--no-audit", "--no-fund"], {
    stdio: "inherit",
  });
}

import { execFileSync } from "node:child_process";
import { type Browser, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Why tests of pages are not run, where there is no browser. */
export const NO_CHROMIUM = "no Chromium; apt-get install chromium installs it";

/** Path of the machine's Chromium; undefined where there is none. */
export function findChromium(): string | undefined {
  for (const name of NAMES) {
    try {
      return execFileSync("which", [name], { encoding: "utf8" }).trim();
    } catch {
      // It has another name, or is not here.
    }
  }
  return undefined;
}

/** Starts Chromium, for which the names in `hosts` are this machine, as after DNS rebinding. */
export const startChromium = (executablePath: string, hosts: readonly string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      // Its sandbox does not work for root, nor in most containers.
      "--no-sandbox",
      `--host-resolver-rules=${hosts.map((host) => `MAP ${host} 127.0.0.1`).join(", ")}`,
    ],
  });

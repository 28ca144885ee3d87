import { type Browser, chromium } from "playwright-core";
import { findProgram } from "./programs.ts";

/** Why tests of pages are not run, where there is no browser. */
export const NO_CHROMIUM = "no Chromium; apt-get install chromium installs it";

/** Path of the machine's Chromium; undefined where there is none. */
export const findChromium = (): string | undefined =>
  findProgram("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

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

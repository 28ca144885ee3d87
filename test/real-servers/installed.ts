import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../cli/project.ts";

/** Folder in which they are installed. */
export const REAL_SERVERS: string = join(ROOT, "test/real-servers");

/** npm's cache with the native code that an artefact installs, for both processors. */
const CACHE = join(ROOT, "node_modules/.real-servers-npm");

/** Why tests of public servers are not run, where they are not installed. */
export const NO_REAL_SERVERS = "no public servers; npm run install:real-servers installs them";

export const hasRealServers: boolean =
  existsSync(join(REAL_SERVERS, "node_modules/.package-lock.json")) && existsSync(CACHE);

/** Path of the module that serves a package. */
export const entryOf = (server: string): string => join(REAL_SERVERS, server, "server.js");

/** Makes `npm` ask no registry. */
export const OFFLINE: Readonly<Record<string, string>> = { npm_config_offline: "true", npm_config_cache: CACHE };

/** Makes `npm` take what is in the cache, and ask its registry for the rest, through whatever proxy this machine is behind. */
export const FROM_CACHE: Readonly<Record<string, string>> = {
  npm_config_prefer_offline: "true",
  npm_config_cache: CACHE,
  ...(process.env.NODE_EXTRA_CA_CERTS && { NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS }),
};

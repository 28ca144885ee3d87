import { readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { Plugin } from "esbuild";

/** The version of `@redis/client` whose parts are known. Another one is bundled whole. */
export const KNOWN_REDIS_CLIENT = "6.3.1";

/** Throws where something is used that was left out, which no test has seen. */
const absent = (name: string): string =>
  `exports.${name} = class { constructor() { throw new Error("${name} is not in this bundle."); } };`;

/**
 * Contents of its modules, by their path in `dist`. Our client sends each command by `sendCommand`: the methods for 400 commands
 * and what is known about each, clusters, sentinels, pools, caches and tokens are not used.
 */
const CONTENTS: Readonly<Record<string, string>> = {
  "index.js": `exports.createClient = require("./lib/client").default.create;`,
  "lib/client/cache.js": absent("ClientSideCacheProvider") + absent("BasicClientSideCache"),
  // `maintNotifications: "disabled"` makes none, and asks for no command.
  "lib/client/enterprise-maintenance-manager.js":
    "exports.__esModule = true; exports.default = class { static async getHandshakeCommand() {} }; exports.dbgMaintenance = () => {};",
  "lib/client/legacy-mode.js": absent("RedisLegacyClient"),
  "lib/client/pool.js": absent("RedisClientPool"),
  "lib/authx/token-manager.js": absent("TokenManager") + absent("IDPError"),
  "lib/command-metadata/command-metadata-data.js": "exports.COMMAND_METADATA = {};",
  "lib/opentelemetry/index.js": `exports.ClientRegistry = require("./client-registry").ClientRegistry;`,
  // Only a cluster's channels need it.
  "lib/utils/calculate-slot.js": absent("default"),
};

const CLIENT = "lib/client/index.js";
const COMMANDS = "lib/commands/index.js";

/** Leaves out of the bundle what is never used of Redis's client, whose entry is at `path`. */
export function smallRedis(path: string): Plugin {
  const dist = dirname(path);
  const { version } = JSON.parse(readFileSync(join(dist, "../package.json"), "utf8")) as { readonly version: string };
  return {
    name: "small-redis",
    setup(build) {
      if (version !== KNOWN_REDIS_CLIENT) return;
      build.onLoad({ filter: /[\\/]@redis[\\/]client[\\/]dist[\\/].*\.js$/ }, (file) => {
        const name = relative(dist, file.path).replaceAll(sep, "/");
        const contents = name === COMMANDS ? usedCommands(dist) : CONTENTS[name];
        return contents === undefined ? undefined : { contents, resolveDir: dirname(file.path) };
      });
    },
  };
}

/** The commands that the client sends by itself when it connects. */
function usedCommands(dist: string): string {
  const source = readFileSync(join(dist, CLIENT), "utf8");
  const names = new Set([...source.matchAll(/\bcommands_1\.default\.([A-Z_]+)/g)].map(([, name]) => name));
  const commands = [...names].map((name) => `${name}: require("./${name}").default`);
  return `exports.__esModule = true; exports.default = { ${commands.join(", ")} };`;
}

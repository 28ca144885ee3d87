import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { ROOT } from "../cli/project.ts";
import { TOOLS } from "./command-table.ts";

const STAND_IN = fileURLToPath(new URL("stand-in.ts", import.meta.url));
const MAIN = join(ROOT, "cli/main.ts");

/** Puts stand-ins for npm and for the clouds' tools into a folder, for a PATH that begins with it. */
export async function installTools(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const bundle = join(folder, "stand-in.mjs");
  // Bundled, because each line of a script starts a process, and starting from the sources takes ten times as long.
  await build({
    ...{ entryPoints: [STAND_IN], outdir: folder, outExtension: { ".js": ".mjs" } },
    ...{ bundle: true, splitting: true, platform: "node", format: "esm" },
    ...{ packages: "external", conditions: ["@mcp-anycloud/source"], logLevel: "error" },
    // The command line looks for the package's manifest beside its own folder.
    define: {
      "import.meta.url": JSON.stringify(pathToFileURL(MAIN).href),
      "import.meta.filename": JSON.stringify(MAIN),
      "import.meta.dirname": JSON.stringify(dirname(MAIN)),
    },
  });
  for (const name of [...Object.keys(TOOLS), "npm", "npx", "mcp-anycloud"]) {
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${bundle}' ${name} "$@"\n`);
    chmodSync(file, 0o755);
  }
}

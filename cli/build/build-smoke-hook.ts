import { dirname } from "node:path";
import { build } from "esbuild";
import { ownModule } from "../own-module.ts";
import { type Artefact, writeArtefact } from "./artefact/artefact.ts";
import { compiled } from "./build-target.ts";
import { bundleOptions } from "./bundle-options.ts";
import { ownPackage } from "./plugins/own-package-plugin.ts";
import { zodLocales } from "./plugins/zod-locales-plugin.ts";

const HOOK = ownModule("cli/smoke/deployment-hook");

/**
 * Bundles the function that tries a new version on AWS before it gets traffic, into `outDir`. It is the same for every
 * server; `entry`, the user's module, says whose copies of the shared packages are in it.
 */
export async function buildSmokeHook(entry: string, outDir: string): Promise<Artefact> {
  const project = { folder: dirname(entry), assets: [], external: [], manifest: {} };
  const source = `export { handler } from ${JSON.stringify(HOOK)};`;
  const options = {
    ...bundleOptions({ entry, source, outDir, sourceMap: false, project, packages: new Map() }),
    // Lambda's Node.js runtime brings AWS's clients.
    external: ["@aws-sdk/*"],
    // Nothing is gained by loading parts later: this runs once for each deployment.
    plugins: [ownPackage(dirname(entry)), zodLocales],
  };
  return writeArtefact(
    { platform: "aws", outDir, sourceMapDir: outDir, project, assets: [], packages: [], hasTasks: false },
    await compiled(build(options), entry),
  );
}

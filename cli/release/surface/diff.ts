import { statSync } from "node:fs";
import { join } from "node:path";
import { AnycloudError, readConfig } from "../../../src/adapter.ts";
import { PLATFORMS } from "../../clouds.ts";
import { serverEnvironment } from "../../server-environment.ts";
import { ADAPTER_SETTINGS } from "../../settings.ts";
import { START_EMULATOR } from "../../start-emulator.ts";
import { type Change, compareSurfaces } from "./compare-surfaces.ts";
import { readSurface } from "./surface.ts";

/**
 * Compares what `build` made last, started on this machine with the variables that `dev` would give it, with a live server.
 * Throws ARTEFACT_INVALID where nothing is built.
 */
export async function diff(
  url: URL,
  folder: string,
  headers: Readonly<Record<string, string>>,
): Promise<readonly Change[]> {
  const artefacts = PLATFORMS.map((platform) => ({ platform, artefact: join(folder, "dist", platform) }));
  const built = artefacts.flatMap((one) => {
    const bundle = statSync(join(one.artefact, "index.mjs"), { throwIfNoEntry: false });
    return bundle ? [{ ...one, at: bundle.mtimeMs }] : [];
  });
  const [newest] = built.toSorted((a, b) => b.at - a.at);
  if (!newest) {
    throw new AnycloudError("ARTEFACT_INVALID", "Nothing is built to compare with: run mcp-anycloud build first.");
  }
  const before = await readSurface({ url, headers });
  const environment = serverEnvironment({ env: undefined, envFile: undefined });
  const { path } = readConfig(environment, ADAPTER_SETTINGS);
  const emulator = await START_EMULATOR[newest.platform]({ artefact: newest.artefact, port: 0, environment });
  try {
    return compareSurfaces(before, await readSurface({ url: `${emulator.url}${path}` }));
  } finally {
    await emulator.close();
  }
}

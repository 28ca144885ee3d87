import { existsSync } from "node:fs";
import { join } from "node:path";
import { AnycloudError, readConfig } from "../../../src/adapter.ts";
import { CLOUDS } from "../../clouds.ts";
import { ADAPTER_SETTINGS } from "../../settings.ts";
import { START_EMULATOR } from "../../start-emulator.ts";
import { type Change, compareSurfaces } from "./compare-surfaces.ts";
import { readSurface } from "./surface.ts";

/** Compares what `build` made, started on this machine, with a live server. Throws ARTEFACT_INVALID where nothing is built. */
export async function diff(
  url: URL,
  folder: string,
  headers: Readonly<Record<string, string>>,
): Promise<readonly Change[]> {
  const cloud = CLOUDS.find((one) => existsSync(join(folder, "dist", one, "index.mjs")));
  if (!cloud) {
    throw new AnycloudError("ARTEFACT_INVALID", "Nothing is built to compare with: run mcp-anycloud build first.");
  }
  const before = await readSurface({ url, headers });
  const { path } = readConfig({ ...process.env }, ADAPTER_SETTINGS);
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => name.startsWith("MCP_ANYCLOUD_")),
  );
  const emulator = await START_EMULATOR[cloud]({
    artefact: join(folder, "dist", cloud),
    port: 0,
    environment: environment as Record<string, string>,
  });
  try {
    return compareSurfaces(before, await readSurface({ url: `${emulator.url}${path}` }));
  } finally {
    await emulator.close();
  }
}

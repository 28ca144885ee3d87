import { join, resolve } from "node:path";
import { AnycloudError, readConfig } from "../../src/adapter.ts";
import type { Artefact } from "../build/artefact/artefact.ts";
import { buildSmokeHook } from "../build/build-smoke-hook.ts";
import { buildTarget } from "../build/build-target.ts";
import { packageFiles } from "../build/packages/install.ts";
import type { BuildCommand } from "../build/parse-build.ts";
import { type Built, toBuildJson, toBuildText, type Zip } from "../build/report.ts";
import { checkStart } from "../build/start/check-start.ts";
import { zipFile } from "../build/zip-file.ts";
import type { Platform } from "../clouds.ts";
import { findEntry } from "../entry.ts";
import { sentenceOf } from "../failure.ts";
import { replaceFile } from "../files/replace-file.ts";
import { ADAPTER_SETTINGS } from "../settings.ts";
import { endingInOrder } from "../signals/ending-in-order.ts";
import { writeStdioEntry } from "../stdio-entry.ts";

/** Platforms that take an artefact as a zip file. */
const ZIPPED: readonly Platform[] = ["aws", "azure"];

/**
 * `mcp-anycloud build`: makes the artefacts, starts each of them once, and says how large they are and what to do with them.
 * Throws what `buildTarget` and `checkStart` throw, with the stack below the sentence.
 */
export async function buildCommand(command: BuildCommand): Promise<void> {
  const { json } = command;
  try {
    const built = await endingInOrder(() => buildAll(command));
    for (const warning of built.warnings) process.stderr.write(`${warning}\n`);
    process.stdout.write(json ? toBuildJson(built) : toBuildText(built));
  } catch (error) {
    const isKnown = error instanceof AnycloudError;
    const stack: readonly string[] = isKnown && Array.isArray(error.cause) ? error.cause : [];
    if (json) {
      const { code, message } = isKnown ? error : { code: "BUILD_FAILED", message: sentenceOf(error) };
      process.stdout.write(`${JSON.stringify({ ok: false, error: { code, message, stack } })}\n`);
    }
    if (!isKnown) throw error;
    throw new AnycloudError(error.code, [error.message, ...stack].join("\n"), { cause: error });
  }
}

async function buildAll({ entry, stdio, platforms, outDir, environment }: BuildCommand): Promise<Built> {
  const module = stdio === undefined ? findEntry(entry) : await writeStdioEntry(stdio);
  // A wrong setting ends the build before it begins; a missing one only keeps the artefacts from starting.
  readConfig(environment, ADAPTER_SETTINGS);
  const out = resolve(outDir);
  const sourceMaps = join(out, "source-maps");
  const artefacts: Artefact[] = [];
  for (const platform of platforms) {
    const sourceMapDir = join(sourceMaps, platform);
    artefacts.push(
      await buildTarget({ platform, entry: module, outDir: join(out, platform), sourceMapDir, packages: "install" }),
    );
  }
  const started = await checkStart({ entry: module, artefacts, sourceMaps, environment });
  // Lies beside the artefact, where the stack looks for it.
  const hooks = platforms.includes("aws") ? [await buildSmokeHook(module, join(out, "aws-smoke"))] : [];
  const zips = await zipAll(artefacts.filter(({ platform }) => ZIPPED.includes(platform)));
  const warnings = new Set([...artefacts.flatMap((artefact) => artefact.warnings), ...started]);
  return { artefacts, hooks, zips, warnings: [...warnings] };
}

/** Packs each artefact into a file beside its folder. */
async function zipAll(artefacts: readonly Artefact[]): Promise<Zip[]> {
  const zips: Zip[] = [];
  for (const { platform, folder, files, assets, packages } of artefacts) {
    const file = `${folder}.zip`;
    const names = [...files.map(({ name }) => name), ...assets, ...(packages.length > 0 ? packageFiles(folder) : [])];
    const content = zipFile(folder, names);
    await replaceFile(file, content);
    zips.push({ platform, file, bytes: content.length });
  }
  return zips;
}

import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { BuildResult } from "esbuild";
import type { Cloud } from "../clouds.ts";
import { BUNDLE } from "./bundle-options.ts";
import { VALIDATOR_BUNDLES } from "./lazy-validator-plugin.ts";
import type { BundleOptions } from "./output-options.ts";
import { platformFiles } from "./platform-files.ts";
import { replaceFile } from "./replace-file.ts";
import { LICENSES, thirdPartyLicenses } from "./third-party-licenses.ts";

interface ArtefactFile {
  /** Path in the artefact's folder, with forward slashes. */
  readonly name: string;
  readonly bytes: number;
  readonly gzipBytes: number;
}

/** A folder that the platform's deployment tool takes as it is. */
export interface Artefact {
  readonly cloud: Cloud;
  readonly folder: string;
  /** The bundle first. */
  readonly files: readonly ArtefactFile[];
  /** Source files in the bundle, as esbuild's metafile names them. */
  readonly inputs: readonly string[];
}

interface Destination {
  readonly cloud: Cloud;
  readonly outDir: string;
  readonly sourceMapDir: string;
}

/** Writes a bundle and what its platform wants beside it. Files of other names in the folder are left alone. */
export async function writeArtefact(to: Destination, bundle: BuildResult<BundleOptions>): Promise<Artefact> {
  const { cloud, outDir, sourceMapDir } = to;
  const bundled = new Map(bundle.outputFiles.map(({ path, text }) => [basename(path), text]));
  const map = takeFrom(bundled, `${BUNDLE}.map`);
  if (map !== undefined) await replaceFile(join(sourceMapDir, `${BUNDLE}.map`), map);
  const inputs = Object.values(bundle.metafile.outputs).flatMap((output) => Object.keys(output.inputs));
  const texts = [...bundled, ...Object.entries(platformFiles(cloud)), [LICENSES, thirdPartyLicenses(inputs)] as const];
  const files: ArtefactFile[] = [];
  for (const [name, text] of texts) {
    await replaceFile(join(outDir, name), text);
    files.push({ name, bytes: Buffer.byteLength(text), gzipBytes: gzipSync(text, { level: 9 }).length });
  }
  // Left over from an earlier build of a server that needed it.
  const obsolete = VALIDATOR_BUNDLES.filter((name) => !bundled.has(name));
  for (const name of obsolete) await rm(join(outDir, name), { force: true });
  return { cloud, folder: outDir, files, inputs: [...new Set(inputs)] };
}

function takeFrom(files: Map<string, string>, name: string): string | undefined {
  const text = files.get(name);
  files.delete(name);
  return text;
}

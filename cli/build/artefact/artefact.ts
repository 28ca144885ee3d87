import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { BuildResult, Metafile } from "esbuild";
import type { Platform } from "../../clouds.ts";
import { replaceFile } from "../../files/replace-file.ts";
import { toWarnings } from "../build-warnings.ts";
import { BUNDLE } from "../bundle-options.ts";
import type { BundleOptions } from "../output-options.ts";
import type { Installation } from "../packages/install.ts";
import type { InstalledPackage } from "../packages/installed-package.ts";
import { CEDAR_FILES } from "../plugins/lazy-cedar-plugin.ts";
import { LAZY_BUNDLES } from "../plugins/lazy-modules-plugin.ts";
import { PART_FILES } from "../plugins/lazy-parts-plugin.ts";
import { VALIDATOR_BUNDLES } from "../plugins/lazy-validator-plugin.ts";
import { type Asset, copyAssets } from "../project/assets.ts";
import type { Project } from "../project/project.ts";
import { platformFiles } from "./platform-files.ts";
import { LICENSES, thirdPartyLicenses } from "./third-party-licenses.ts";

interface ArtefactFile {
  /** Path in the artefact's folder, with forward slashes. */
  readonly name: string;
  readonly bytes: number;
  readonly gzipBytes: number;
  /** Source files in it, as esbuild's metafile names them; none in what is not a bundle. */
  readonly inputs: readonly string[];
}

/** A folder that the platform's deployment tool takes as it is. */
export interface Artefact {
  readonly platform: Platform;
  readonly folder: string;
  /** The bundle first. */
  readonly files: readonly ArtefactFile[];
  /** Paths of the user's files in the folder. */
  readonly assets: readonly string[];
  /** Packages in its `node_modules`. */
  readonly packages: readonly InstalledPackage[];
  /** Sentences about what may go wrong where it runs. */
  readonly warnings: readonly string[];
}

interface Destination {
  readonly platform: Platform;
  readonly outDir: string;
  readonly sourceMapDir: string;
  readonly project: Project;
  readonly assets: readonly Asset[];
  readonly packages: readonly InstalledPackage[];
  /** How they were installed. Undefined where they are not, or only linked. */
  readonly installation?: Installation | undefined;
  readonly hasTasks: boolean;
}

/** Bundles that not every server needs beside its own. */
const OPTIONAL_BUNDLES = [...VALIDATOR_BUNDLES, ...LAZY_BUNDLES, ...PART_FILES, ...CEDAR_FILES];

/** Writes a bundle and what its platform wants beside it. Files of other names in the folder are left alone. */
export async function writeArtefact(to: Destination, bundle: BuildResult<BundleOptions>): Promise<Artefact> {
  const { platform, outDir, sourceMapDir, assets, packages, installation, hasTasks } = to;
  const bundled = new Map(bundle.outputFiles.map(({ path, contents }) => [basename(path), contents]));
  const map = takeFrom(bundled, `${BUNDLE}.map`);
  if (map !== undefined) await replaceFile(join(sourceMapDir, `${BUNDLE}.map`), map);
  const inputs = inputsByName(bundle.metafile);
  const licenses = thirdPartyLicenses([...inputs.values()].flat());
  const names = assets.map(({ name }) => name);
  const bundles = [...bundled.keys(), LICENSES];
  const others = platformFiles(platform, { bundles, assets: names, packages, installation, hasTasks });
  const contents = new Map<string, string | Uint8Array>([...bundled, ...Object.entries(others), [LICENSES, licenses]]);
  const files: ArtefactFile[] = [];
  const copied = await copyAssets(to, contents);
  for (const [name, content] of contents) {
    await replaceFile(join(outDir, name), content);
    files.push({
      name,
      bytes: Buffer.byteLength(content),
      // Only `build` wants to know, and `dev` is in a hurry.
      get gzipBytes() {
        return gzipSync(content, { level: 9 }).length;
      },
      inputs: inputs.get(name) ?? [],
    });
  }
  // Left over from an earlier build of a server that needed it.
  const obsolete = OPTIONAL_BUNDLES.filter((name) => !bundled.has(name));
  for (const name of obsolete) await rm(join(outDir, name), { force: true });
  return { platform, folder: outDir, files, assets: copied, packages, warnings: toWarnings(bundle.warnings, copied) };
}

/** Source files by the name of the bundle that holds them. */
function inputsByName({ outputs }: Metafile): ReadonlyMap<string, readonly string[]> {
  const entries = Object.entries(outputs).map(([path, { inputs }]) => {
    const held = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
    return [basename(path), held.map(([input]) => input)] as const;
  });
  return new Map(entries);
}

function takeFrom(files: Map<string, Uint8Array>, name: string): Uint8Array | undefined {
  const content = files.get(name);
  files.delete(name);
  return content;
}

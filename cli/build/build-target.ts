import { type BuildResult, build } from "esbuild";
import type { Platform } from "../clouds.ts";
import { type Artefact, writeArtefact } from "./artefact/artefact.ts";
import { findingsIn, toBuildError } from "./build-failure.ts";
import { bundleOptions } from "./bundle-options.ts";
import { type EntryKind, entrySource } from "./entry/entry-source.ts";
import type { BundleOptions } from "./output-options.ts";
import { installPackages, linkPackages, namedPackages } from "./packages/install.ts";
import { stdioPackages } from "./packages/stdio-packages.ts";
import { findAssets } from "./project/assets.ts";
import { decoratorMetadataWarning } from "./project/decorator-metadata.ts";
import { readProject } from "./project/project.ts";

/** One entry, to be bundled for one platform. */
export interface Target {
  readonly platform: Platform;
  /** Absolute path of the user's module. */
  readonly entry: string;
  /** Folder of the artefact, ready to deploy: `dist/aws`. Files of other names in it are left alone. */
  readonly outDir: string;
  /** Default `server`. */
  readonly kind?: EntryKind;
  /**
   * `install` puts packages that stay outside of the bundle into the artefact, for its platform; `link` puts links to the
   * project's own there, for an artefact that runs on this machine. Default `link`.
   */
  readonly packages?: "install" | "link";
  /** Folder for the source map. In `outDir`, the bundle refers to it; elsewhere it does not. Default: no map. */
  readonly sourceMapDir?: string;
  /** Whether the artefact tells `dev` how each request is served. Default false. */
  readonly observed?: boolean;
}

/**
 * Bundles an entry for one platform and writes the artefact. The same sources give the same bytes.
 * Throws ENTRY_INVALID when the entry has no default export or the project's settings are wrong, BUILD_FAILED when it does
 * not compile, an asset is missing, or a package cannot be installed.
 */
export async function buildTarget(target: Target): Promise<Artefact> {
  const { platform, entry, outDir, kind = "server", sourceMapDir, observed = false } = target;
  const sourceMap = sourceMapDir ? (sourceMapDir === outDir ? "linked" : "external") : false;
  const project = readProject(entry);
  const assets = findAssets(project, outDir);
  const shipped = new Set(assets.map(({ name }) => name));
  const found = namedPackages(project);
  const shared = { entry, outDir, sourceMap, observed, project, packages: found, shipped } as const;
  const { dependencies, optionalDependencies } = project.manifest;
  const hasTelemetry = OPEN_TELEMETRY in { ...dependencies, ...optionalDependencies };
  const bundleOf = (hasTasks: boolean): Promise<BuildResult<BundleOptions>> => {
    const source = entrySource(entry, kind, platform, { observed, hasTasks, hasTelemetry });
    return compiled(build(bundleOptions({ ...shared, source })), entry);
  };
  let bundle = await bundleOf(false);
  // Only the bundle tells whether the server has tasks: one without them holds nothing that is for them.
  const hasTasks = holdsTasks(bundle);
  if (hasTasks) bundle = await bundleOf(true);
  for (const [name, installed] of namedPackages({ ...project, external: stdioPackages(bundle.metafile) })) {
    found.set(name, installed);
  }
  const packages = [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const installation =
    target.packages === "install" ? await installPackages({ platform, project, packages, outDir }) : undefined;
  if (!installation) await linkPackages(outDir, packages);
  const parts = { project, assets, packages, installation, hasTasks };
  const artefact = await writeArtefact({ platform, outDir, sourceMapDir: sourceMapDir ?? outDir, ...parts }, bundle);
  const warning = decoratorMetadataWarning(entry, Object.keys(bundle.metafile.inputs));
  return warning === undefined ? artefact : { ...artefact, warnings: [...artefact.warnings, warning] };
}

/** A project that depends on it wants its server observed, by whatever SDK it brings. */
const OPEN_TELEMETRY = "@opentelemetry/api";

/** Whether a bundle holds the module that makes tools outlive their requests. */
const holdsTasks = ({ metafile }: BuildResult<BundleOptions>): boolean =>
  Object.keys(metafile.inputs).some((input) => /(^|\/)src\/tasks\/create-tasks\.[jt]s$/.test(input));

/** The bundle that esbuild is making; its failure in words for people. */
export async function compiled<Bundle extends BuildResult>(bundle: Promise<Bundle>, entry: string): Promise<Bundle> {
  try {
    return await bundle;
  } catch (failure) {
    const findings = findingsIn(failure);
    throw findings ? toBuildError(findings, entry) : failure;
  }
}

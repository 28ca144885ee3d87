import { join } from "node:path";
import { build } from "esbuild";
import { AnycloudError, readConfig } from "../../../src/adapter.ts";
import { replaceFile } from "../../files/replace-file.ts";
import { temporaryFolder } from "../../files/temporary-folder.ts";
import { ADAPTER_SETTINGS } from "../../settings.ts";
import type { Artefact } from "../artefact/artefact.ts";
import { compiled } from "../build-target.ts";
import { BUNDLE, bundleOptions } from "../bundle-options.ts";
import { checkSource } from "../entry/entry-source.ts";
import { linkPackages, namedPackages } from "../packages/install.ts";
import { readProject } from "../project/project.ts";
import { checkEntry } from "./check-entry.ts";
import { startArtefact } from "./start-artefact.ts";

export interface StartCheck {
  /** Absolute path of the user's module. */
  readonly entry: string;
  readonly artefacts: readonly Artefact[];
  /** Folder with the source map of each platform in a folder of its name. */
  readonly sourceMaps: string;
  /** Variables of the server. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Together less than the 30 s that a build may take longer for it. */
const ENTRY_LIMIT_MS = 12_000;
const START_LIMIT_MS = 15_000;

/**
 * Loads the server and calls it, then starts each artefact as its platform does. Resolves with warnings. Throws the first
 * failure: SERVER_INVALID or BUILD_FAILED.
 */
export async function checkStart(check: StartCheck): Promise<readonly string[]> {
  const { artefacts, sourceMaps, environment } = check;
  let warning: string | undefined;
  try {
    warning = await checkServer(check);
  } catch (error) {
    if (!(error instanceof AnycloudError) || error.code !== "CONFIG_INVALID") throw error;
    return [`Warning: the artefacts were not started. Give settings of the deployment with --env: ${error.message}`];
  }
  const { path } = readConfig(environment, ADAPTER_SETTINGS);
  const starts = artefacts.map((artefact) =>
    startArtefact({
      artefact,
      path,
      environment,
      sourceMap: join(sourceMaps, artefact.platform, `${BUNDLE}.map`),
      limitMs: START_LIMIT_MS,
    }),
  );
  // All end before the first failure is told.
  const failed = (await Promise.allSettled(starts)).find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
  return warning === undefined ? [] : [warning];
}

/** Without any cloud, in a folder of its own, with the files of the project itself. */
async function checkServer({ entry, environment }: StartCheck): Promise<string | undefined> {
  const folder = await temporaryFolder("build");
  const project = readProject(entry);
  const packages = namedPackages(project);
  const options = bundleOptions({
    entry,
    source: checkSource(entry),
    outDir: folder,
    sourceMap: "linked",
    project,
    packages,
  });
  const { outputFiles } = await compiled(build(options), entry);
  await linkPackages(folder, [...packages.values()]);
  for (const { path, contents } of outputFiles) await replaceFile(path, contents);
  return await checkEntry({ entry, bundle: join(folder, BUNDLE), environment, limitMs: ENTRY_LIMIT_MS });
}

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The fields of its own package.json that the toolkit reads. */
export interface OwnPackage {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  /** Exact versions, which an artefact may name. npm publishes them as well. */
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Whether the toolkit runs from its TypeScript sources. */
export const RUNS_FROM_SOURCE: boolean = import.meta.filename.endsWith(".ts");

/**
 * Folder of this package, whether it runs from its sources or from the published `lib/`. Node.js's own search does not look into
 * the zip files that `yarn dlx` runs packages from.
 */
export const PACKAGE_FOLDER: string = join(import.meta.dirname, RUNS_FROM_SOURCE ? ".." : "../..");

export const ownPackage: OwnPackage = JSON.parse(readFileSync(join(PACKAGE_FOLDER, "package.json"), "utf8"));

import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname } from "node:path";

/** The fields of its own package.json that the toolkit reads. */
export interface OwnPackage {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  /** Exact versions, which an artefact may name. npm publishes them as well. */
  readonly devDependencies: Readonly<Record<string, string>>;
}

const file = findPackageJSON(import.meta.url) ?? "package.json";

/** Folder of this package, whether it runs from its sources or from the published `lib/`. */
export const PACKAGE_FOLDER: string = dirname(file);

/** Whether the toolkit runs from its TypeScript sources. */
export const RUNS_FROM_SOURCE: boolean = import.meta.filename.endsWith(".ts");

export const ownPackage: OwnPackage = JSON.parse(readFileSync(file, "utf8"));

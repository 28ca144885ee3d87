import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname } from "node:path";

/** What the toolkit reads of its own package.json. */
export interface OwnPackage {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

const file = findPackageJSON(import.meta.url) ?? "package.json";

/** Folder of this package, whether it runs from its sources or from the published `lib/`. */
export const PACKAGE_FOLDER: string = dirname(file);

/** Whether the toolkit runs from its TypeScript sources. */
export const RUNS_FROM_SOURCE: boolean = import.meta.filename.endsWith(".ts");

export const ownPackage: OwnPackage = JSON.parse(readFileSync(file, "utf8"));

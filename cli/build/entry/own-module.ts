import { join } from "node:path";
import { PACKAGE_FOLDER, RUNS_FROM_SOURCE } from "../../package-json.ts";

/** Path of a module of this package. */
export const ownModule = (...names: readonly string[]): string =>
  RUNS_FROM_SOURCE ? `${join(PACKAGE_FOLDER, ...names)}.ts` : `${join(PACKAGE_FOLDER, "lib", ...names)}.js`;

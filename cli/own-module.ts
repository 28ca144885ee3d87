import { join } from "node:path";
import { PACKAGE_FOLDER, RUNS_FROM_SOURCE } from "./package-json.ts";

/** Path of a module of this package, by its path from the root without extension: `src/index`. */
export const ownModule = (name: string): string =>
  RUNS_FROM_SOURCE ? join(PACKAGE_FOLDER, `${name}.ts`) : join(PACKAGE_FOLDER, "lib", `${name}.js`);

import { createRequire } from "node:module";
import { dirname } from "node:path";
import { shownPath } from "../../files/shown-path.ts";
import { referencedTsConfig } from "./referenced-tsconfig.ts";
import { nearestTsConfig, readTsConfig } from "./tsconfig.ts";

/**
 * Warns of a project in TypeScript whose decorators expect the types of what they decorate: tsc writes them where a tsconfig has
 * `emitDecoratorMetadata`, and the bundler cannot. `inputs` are the files of the bundle. Undefined where nothing reads them.
 */
export function decoratorMetadataWarning(entry: string, inputs: readonly string[]): string | undefined {
  const isRead = inputs.some((input) => /(^|[\\/])node_modules[\\/]reflect-metadata[\\/]/.test(input));
  const file = referencedTsConfig(entry) ?? nearestTsConfig(dirname(entry));
  if (!isRead || !/\.[cm]?tsx?$/.test(entry) || file === undefined || emitsMetadata(file) !== true) return undefined;
  return `Warning: ${shownPath(file)} has emitDecoratorMetadata, which the bundler does not write: name the types in the decorators, as in @Inject(Database), or compile with tsc and build what it wrote.`;
}

/** The value in a tsconfig, or in the last of those that it extends; a chain of more than `depth` is a circle. */
function emitsMetadata(file: string, depth = 16): unknown {
  const { compilerOptions, extends: bases = [] } = readTsConfig(file) ?? {};
  const own = compilerOptions?.emitDecoratorMetadata;
  if (own !== undefined || depth === 0) return own;
  const inherited = [bases].flat().map((base) => {
    const found = typeof base === "string" ? findBase(base, file) : undefined;
    return found && emitsMetadata(found, depth - 1);
  });
  return inherited.findLast((value) => value !== undefined);
}

/** A tsconfig that another one extends, by path or in a package; undefined where there is none, of which the bundler tells. */
function findBase(base: string, file: string): string | undefined {
  const { resolve } = createRequire(file);
  for (const name of [base, `${base}.json`, `${base}/tsconfig.json`]) {
    try {
      const found = resolve(name);
      if (found.endsWith(".json")) return found;
    } catch {
      // The next form.
    }
  }
  return undefined;
}

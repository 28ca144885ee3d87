import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Manifest, readManifest } from "../project/project.ts";

/** A package as it is installed in the user's project. */
export interface InstalledPackage {
  readonly name: string;
  /** Real path of its folder. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** `@scope/name` or `name` of an import; undefined for a path and for Node.js's own modules. */
export const packageNameOf = (specifier: string): string | undefined =>
  /^(?!node:)(@[^/]+\/[^/]+|[^@./#][^/]*)/.exec(specifier)?.[0];

/** Looks upward from a folder, as Node.js does. */
export function findInstalled(name: string, from: string): InstalledPackage | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) {
      const real = realpathSync(candidate);
      return { name, folder: real, manifest: readManifest(real) };
    }
    if (folder === dirname(folder)) return undefined;
  }
}

/** Packages that find or build native code, and one that starts a worker from a file of its own (pino's transports). */
const TELLTALE = new Set([
  "bindings",
  "node-gyp-build",
  "node-addon-api",
  "prebuild-install",
  "@mapbox/node-pre-gyp",
  "thread-stream",
]);

const PLATFORM = /(linux|darwin|win32)(-|musl|gnu)*(x64|arm64)/;

/** Whether a package has native code, or needs its files where they are, so that no bundle can hold it. */
export function isNative({ folder, manifest }: InstalledPackage): boolean {
  const { dependencies = {}, optionalDependencies = {} } = manifest;
  return (
    Object.keys(dependencies).some((name) => TELLTALE.has(name)) ||
    Object.keys(optionalDependencies).some((name) => PLATFORM.test(name)) ||
    ["binding.gyp", "prebuilds"].some((name) => existsSync(join(folder, name)))
  );
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE_FOLDER } from "../../package-json.ts";

/** Folder of an artefact with packages that no registry has, from which npm installs them. */
export const LOCAL_PACKAGES = "local-packages";

/** An entry of a lock file, as far as it is read here (docs.npmjs.com, package-lock-json). */
interface LockedPackage {
  readonly version?: string;
  /** Address it was fetched from, or the folder of a link. */
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The part `packages` of a lock file: by place, such as `node_modules/a/node_modules/b`. */
type LockedPackages = Readonly<Record<string, LockedPackage>>;

/** The fields of the artefact's package.json that its lock file repeats. */
interface LockedManifest {
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string | undefined>>;
}

export const FRAMEWORK = "@google-cloud/functions-framework";

/** Made by npm for the framework alone. */
const FRAMEWORK_LOCK = join(PACKAGE_FOLDER, "cli/build/functions-framework/package-lock.json");

/**
 * The package-lock.json of the artefact for Google Cloud, whose buildpack then installs with `npm ci` what `build` installed.
 * All that the framework needs lies below the framework, so that neither has to give way to the packages of the server.
 */
export function lockFile(manifest: LockedManifest, installed: LockedPackages = {}): object {
  const framework = Object.entries(readLock(FRAMEWORK_LOCK)).map(([place, entry]) => {
    const own = `node_modules/${FRAMEWORK}`;
    return [place === own ? place : `${own}/${place}`, entry] as const;
  });
  const all: (readonly [string, object])[] = [["", manifest], ...framework, ...Object.entries(installed)];
  // npm wants each package before those inside of it.
  const sorted = all.sort(([a], [b]) => (a < b ? -1 : 1));
  return { name: manifest.name, lockfileVersion: 3, requires: true, packages: Object.fromEntries(sorted) };
}

/** The packages of a lock file but for the project's own. */
export function readLock(file: string): LockedPackages {
  const { "": _own, ...packages } = JSON.parse(readFileSync(file, "utf8")).packages;
  return packages;
}

/** Names of packages that were installed from the disk. */
export const localPackages = (packages: LockedPackages): readonly string[] =>
  Object.entries(packages).flatMap(([place, { resolved }]) => (isLocal(resolved) ? [nameIn(place)] : []));

/**
 * The same packages for another machine: without addresses, which are those of this machine's registry, and with those from the
 * disk in the artefact's own folder. `npm ci` refuses a lock file without an optional dependency that another one names, such
 * as code for a platform that the registry has nothing for: such names are left out.
 */
export function portable(packages: LockedPackages): LockedPackages {
  const local = localPackages(packages);
  const names = new Set(Object.keys(packages).map(nameIn));
  const moved = Object.entries(packages).flatMap<[string, LockedPackage]>(([place, found]) => {
    const optional = Object.entries(found.optionalDependencies ?? {}).filter(([name]) => names.has(name));
    const entry = {
      ...found,
      ...(found.optionalDependencies && { optionalDependencies: Object.fromEntries(optional) }),
    };
    const { resolved, integrity, ...rest } = entry;
    const owner = local.find((name) => place === `node_modules/${name}` || place.startsWith(`node_modules/${name}/`));
    if (owner === undefined) return [[place, /^https?:/.test(resolved ?? "") ? withoutAddress(entry) : entry]];
    const folder = `${LOCAL_PACKAGES}/${owner}`;
    if (isLocal(resolved))
      return [
        [place, { resolved: folder, link: true }],
        [folder, rest],
      ];
    return [[place.replace(`node_modules/${owner}`, folder), withoutAddress(entry)]];
  });
  return Object.fromEntries(moved);
}

const withoutAddress = ({ resolved: _address, ...rest }: LockedPackage): LockedPackage => rest;

const isLocal = (resolved: string | undefined): boolean => resolved?.startsWith("file:") ?? false;

const nameIn = (place: string): string => place.replace(/^.*node_modules\//, "");

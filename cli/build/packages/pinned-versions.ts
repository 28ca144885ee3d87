import { findInstalled, type InstalledPackage } from "./installed-package.ts";

/** The fields of a package.json by which npm installs what the user's project has. */
export interface PinnedVersions {
  readonly dependencies: Readonly<Record<string, string>>;
  /** For each package with dependencies, by name and version: the version of each of them. */
  readonly overrides: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Packages and all that they depend on, as far as that is installed in the project. */
export function closureOf(packages: readonly InstalledPackage[]): readonly InstalledPackage[] {
  const found = new Map<string, InstalledPackage>();
  const waiting = [...packages];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (found.has(next.folder)) continue;
    found.set(next.folder, next);
    waiting.push(...dependenciesOf(next));
  }
  return [...found.values()];
}

const FROM_DISK = /^(file|link|workspace|portal):/;

/**
 * The exact versions of packages and of all that they depend on, as they are installed in the project. `declared` is what the
 * project's own package.json says of them: a package from the disk is taken from there again.
 */
export function pinnedVersions(
  packages: readonly InstalledPackage[],
  declared: Readonly<Record<string, string>>,
): PinnedVersions {
  const overrides: Record<string, Record<string, string>> = {};
  const dependencies: Record<string, string> = {};
  for (const { name, folder, manifest } of packages)
    dependencies[name] = FROM_DISK.test(declared[name] ?? "") ? `file:${folder}` : (manifest.version ?? "*");
  for (const next of closureOf(packages)) {
    // npm refuses an override of what it takes from the disk.
    if (dependencies[next.name]?.startsWith("file:")) continue;
    const versions = dependenciesOf(next).map(({ name, manifest }) => [name, manifest.version ?? "*"] as const);
    if (versions.length > 0) overrides[`${next.name}@${next.manifest.version}`] = Object.fromEntries(versions.sort());
  }
  return { dependencies: sorted(dependencies), overrides: sorted(overrides) };
}

/** Finds the dependencies that are installed: optional ones and those of other platforms are missing. */
function dependenciesOf({ folder, manifest }: InstalledPackage): InstalledPackage[] {
  const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  return names.map((name) => findInstalled(name, folder)).filter((found) => found !== undefined);
}

const sorted = <Value>(record: Readonly<Record<string, Value>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

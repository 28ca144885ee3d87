import { globSync, lstatSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, join, sep } from "node:path";

/** Tells of a path, relative to the folder that is searched, whether nothing of it is wanted. */
type Exclude = (name: string) => boolean;

/**
 * The paths that a glob matches, folders among them, also behind links to folders, at which `globSync` stops where `**` meets
 * them. A link to a folder that it lies in is not followed.
 */
export function findPaths(glob: string, folder: string, exclude: Exclude): ReadonlySet<string> {
  return new Set(pathsIn(glob, folder, exclude, []));
}

/** Undefined for a link that leads nowhere, or to itself. */
export function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if (["ENOENT", "ELOOP"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

/** `above` are the real paths of the links that were followed on the way here. */
function* pathsIn(glob: string, folder: string, exclude: Exclude, above: readonly string[]): Generator<string> {
  yield* globSync(glob, { cwd: folder, exclude });
  const [, before = "", rest] = /^(.*?\/)?(\*\*.*)$/.exec(glob) ?? [];
  if (rest === undefined) return;
  for (const name of globSync(`${before}**`, { cwd: folder, exclude })) {
    const path = join(folder, name);
    if (!lstatSync(path).isSymbolicLink() || !statsOf(path)?.isDirectory()) continue;
    const target = realpathSync(path);
    const isCircular = `${realpathSync(dirname(path))}${sep}`.startsWith(`${target}${sep}`) || above.includes(target);
    if (isCircular) continue;
    const isOut: Exclude = (inner) => exclude(join(name, inner));
    for (const found of pathsIn(rest, path, isOut, [...above, target])) yield join(name, found);
  }
}

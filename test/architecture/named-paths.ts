/** Paths that are built or installed, and so not in the repository. */
const BUILT = /^(dist|lib|node_modules|cdk\.out)(\/|$)/;
const FILE = /\.(c?[jt]s|m[jt]s|json|md|tf|ya?ml|sh|py)$/;
const CLOUDS = ["aws", "azure", "gcp"];

/** Paths that a document names in code spans and links, without what is in fences, and with `<cloud>` for each cloud. */
export function pathsIn(markdown: string, topFolders: ReadonlySet<string>): string[] {
  const prose = markdown.replace(/^```[\s\S]*?^```$/gm, "");
  const spans = [...prose.matchAll(/`([^`\s]+)`/g)].map(([, text = ""]) => text);
  const links = [...prose.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)].map(([, text = ""]) => text);
  const isPath = (text: string): boolean =>
    topFolders.has(text.split("/")[0] ?? "")
      ? text.includes("/")
      : FILE.test(text) || /^[\w.-]+(\/[\w.-]+)*\/$/.test(text);
  const isOurs = (text: string): boolean => !/^([/@]|\w+:)/.test(text) && !BUILT.test(text);
  const paths = [...spans, ...links].filter((text) => isOurs(text) && isPath(text));
  return [...new Set(paths.flatMap(expand))];
}

/** `<cloud>` as each cloud, and the first `{a,b}` as each of its names. */
function expand(path: string): string[] {
  const [whole, names] = /\{([^}]+)\}/.exec(path) ?? [];
  const each = whole && names ? names.split(",").map((name) => path.replace(whole, name)) : [path];
  return each.flatMap((text) =>
    text.includes("<cloud>") ? CLOUDS.map((cloud) => text.replaceAll("<cloud>", cloud)) : text,
  );
}

/**
 * Selects the paths that do not exist. A path that begins with a folder of the root is meant from there; any other may be the end of
 * a longer one, as after a folder that was named before. `*` stands for a part of a name.
 */
export function stalePaths(
  named: readonly string[],
  existing: readonly string[],
  topFolders: ReadonlySet<string>,
): string[] {
  return named.filter((name) => {
    const path = name.replace(/\/$/, "").split("*").map(literally).join("[^/]*");
    const isFromRoot = topFolders.has(name.split("/")[0] ?? "");
    const pattern = new RegExp(`${isFromRoot ? "^" : "(^|/)"}${path}$`);
    return !existing.some((file) => pattern.test(file));
  });
}

const literally = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");

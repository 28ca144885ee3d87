import type { Import, ImportGraph } from "./import-graph.ts";
import { FOLDER_RULES, type FolderRule, ROOM_ORDER, ROOT_FILES } from "./rules.ts";

/** An import that a rule forbids. */
export interface Violation {
  /** The folder whose row it breaks, or `rooms`. */
  readonly rule: string;
  readonly message: string;
}

/** Every violation in the tree, of the folders' rows and of the order of rooms. */
export function checkImports(graph: ImportGraph): Violation[] {
  return [...graph.values()].flat().flatMap((found) => [...checkFolder(found), ...checkRooms(found)]);
}

function checkFolder(found: Import): Violation[] {
  const { from, to } = found;
  const rule = ruleOf(from);
  if (!rule) return [{ rule: "folders", message: `${from} is in a folder without a row in rules.ts.` }];
  if (isAllowed(found, rule)) return [];
  const { folder, files, packages = ["any package"], byNameOnly = false } = rule;
  const allowed = [...files, ...packages].join(", ");
  const how = byNameOnly ? " (the project's own by its name)" : "";
  return [{ rule: folder, message: `${nameOf(found)} imports ${to}; ${folder} may import ${allowed}${how}.` }];
}

const ruleOf = (file: string): FolderRule | undefined =>
  FOLDER_RULES.filter(({ folder }) => file.startsWith(folder)).sort(
    (one, other) => other.folder.length - one.folder.length,
  )[0];

function isAllowed({ from, to, isPackage, isByName }: Import, rule: FolderRule): boolean {
  const { folder, files, packages, byNameOnly } = rule;
  if (isPackage) return to.startsWith("node:") || !packages || packages.some((pattern) => matchesPackage(pattern, to));
  // Its name is how users know the package, wherever the tests of their view are.
  if (byNameOnly && !isByName && !to.startsWith(folder)) return false;
  // A test may read `package.json`; whatever else lies at the root is configuration, which nobody imports.
  if (!to.includes("/")) return from.startsWith("test/");
  return files.some((pattern) => matchesFile(pattern, to));
}

const matchesPackage = (pattern: string, name: string): boolean =>
  pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

/** A folder, a file, or with `*` the files of a folder without those of its subfolders. */
function matchesFile(pattern: string, file: string): boolean {
  if (pattern.endsWith("/")) return file.startsWith(pattern);
  if (!pattern.endsWith("/*")) return file === pattern;
  const folder = pattern.slice(0, -1);
  return file.startsWith(folder) && !file.slice(folder.length).includes("/");
}

function checkRooms(found: Import): Violation[] {
  const { from, to } = found;
  const [source, target] = [roomOf(from), roomOf(to)];
  if (source === undefined || target === undefined || source === target) return [];
  const [sourceRow, targetRow] = [rowOf(source), rowOf(target)];
  const unknown = sourceRow < 0 ? source : targetRow < 0 ? target : undefined;
  if (unknown) return [{ rule: "rooms", message: `${unknown} has no place in the order of rooms (${from}).` }];
  if (sourceRow < targetRow) return [];
  const relation = sourceRow === targetRow ? "stands beside" : "is further out than";
  return [{ rule: "rooms", message: `${nameOf(found)} imports ${to}; ${target} ${relation} ${source}.` }];
}

const rowOf = (room: string): number => ROOM_ORDER.findIndex((rooms) => rooms.includes(room));

/** The room of a file of `src/`: its folder, or what `ROOT_FILES` says. */
export function roomOf(file: string): string | undefined {
  if (!file.startsWith("src/")) return undefined;
  const [first = "", ...rest] = file.slice("src/".length).split("/");
  return rest.length > 0 ? first : (ROOT_FILES[first] ?? first);
}

const nameOf = ({ from, isType }: Import): string => `${from}${isType ? " (type)" : ""}`;

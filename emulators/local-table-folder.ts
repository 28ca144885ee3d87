import { rmSync } from "node:fs";
import { createRequire } from "node:module";

/** Why a table's folder cannot be used: another process has it, nobody can write to it, or it holds no LevelDB database. */
export type FolderProblem = "locked" | "unwritable" | "damaged";

/** The system's words, which LevelDB passes on without a code. */
const UNWRITABLE = /: (No space left on device|Disk quota exceeded|Read-only file system|Permission denied)$/;

/** The part of LevelDB's package that is used. */
interface Database {
  open(): Promise<void>;
  close(): Promise<void>;
}

/** dynalite's own LevelDB, which asks the operating system whether another process has the folder. */
const fromDynalite = createRequire(createRequire(import.meta.url).resolve("dynalite"));

/** Open until the process ends: the garbage collector would close a database that nothing refers to. */
const locks = new Set<Database>();

/**
 * Takes the folder of a table for this process until it ends, however it ends, and looks whether dynalite can open it, because
 * dynalite throws where nobody can catch it. With `reset`, the contents are removed, but not while another process has them.
 */
export async function takeTableFolder(path: string, reset: boolean): Promise<FolderProblem | undefined> {
  // An empty database beside the folder is the lock: the folder's own is free between this look and dynalite's opening.
  const lock = `${path}.lock`;
  let taken = await open(lock);
  if (taken === "damaged" && reset) {
    remove(lock);
    taken = await open(lock);
  }
  if (typeof taken === "string") return taken;
  locks.add(taken);

  const opened = await open(path);
  if (typeof opened !== "string") await opened.close();
  if (reset && opened !== "locked") remove(path);
  else if (typeof opened === "string") return opened;
  return undefined;
}

async function open(path: string): Promise<Database | FolderProblem> {
  const { Level } = fromDynalite("level") as { Level: new (path: string) => Database };
  const database = new Level(path);
  try {
    await database.open();
    return database;
  } catch (error) {
    const { code, message } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
    if (code === "LEVEL_LOCKED") return "locked";
    return UNWRITABLE.test(message) ? "unwritable" : "damaged";
  }
}

const remove = (path: string): void => rmSync(path, { recursive: true, force: true });

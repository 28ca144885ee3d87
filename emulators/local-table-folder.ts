import { rmSync } from "node:fs";
import { createRequire } from "node:module";

/** Why a table's folder cannot be used: another process has it, or it does not hold a LevelDB database. */
export type FolderProblem = "locked" | "damaged";

/** The part of LevelDB's package that is used. */
interface Database {
  open(): Promise<void>;
  close(): Promise<void>;
}

/** dynalite's own LevelDB, which asks the operating system whether another process has the folder. */
const fromDynalite = createRequire(createRequire(import.meta.url).resolve("dynalite"));

/**
 * Looks whether dynalite can open the folder of a table, because it ends its process with no reason where it cannot. With
 * `reset`, the folder is removed, but not while another process has it.
 */
export async function checkTableFolder(path: string, reset: boolean): Promise<FolderProblem | undefined> {
  const { Level } = fromDynalite("level") as { Level: new (path: string) => Database };
  const database = new Level(path);
  const problem = await database.open().then(
    () => undefined,
    (error: Error): FolderProblem => {
      const { code } = (error.cause ?? error) as NodeJS.ErrnoException;
      return code === "LEVEL_LOCKED" ? "locked" : "damaged";
    },
  );
  if (problem === undefined) await database.close();
  if (!reset || problem === "locked") return problem;
  rmSync(path, { recursive: true, force: true });
  return undefined;
}

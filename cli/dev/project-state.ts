import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type LocalTable, startKeptTable, startLocalTable } from "../../emulators/local-table.ts";
import { AnycloudError } from "../../src/adapter.ts";
import { refusalOf } from "../files/refusal.ts";
import { shownPath } from "../files/shown-path.ts";

/** Folder in the working directory that keeps the state of `dev` from one run to the next. */
const FOLDER = ".mcp-anycloud";

/** The table and the key of one run of `dev`. */
export interface ProjectState {
  readonly table: LocalTable;
  /** A value for MCP_ANYCLOUD_STATE_KEYS. */
  readonly stateKeys: string;
  /** The place where both are kept, for people; undefined where they end with the run. */
  readonly keptIn: string | undefined;
  /** Why they end with the run, as a sentence. */
  readonly notice?: string;
}

/**
 * Opens the state of the project in the working directory, so that clients go on when `dev` is started again. A second `dev`
 * in the same project gets state of its own in memory: two processes cannot have one LevelDB. With `reset`, what was kept is
 * removed. Throws USAGE for a reset while another `dev` runs, INSTANCE_FAILED for files that cannot be read.
 */
export async function openProjectState(reset: boolean): Promise<ProjectState> {
  const folder = resolve(FOLDER);
  try {
    // This state opens the sessions of other people: only the owner may read it.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, ".gitignore"), "*\n");
  } catch (error) {
    const why = refusalOf(error)?.why ?? (error as NodeJS.ErrnoException).code;
    return inMemory(`${FOLDER} cannot be written, because ${why}: sessions end with this run.`);
  }
  const table = await startKeptTable({ folder: join(folder, "table"), reset });
  if (table) {
    try {
      return { table, stateKeys: readKeys(folder, reset), keptIn: `${FOLDER}/` };
    } catch (error) {
      await table.close();
      throw error;
    }
  }
  if (reset) throw new AnycloudError("USAGE", "Another dev runs in this project and uses its state: end it first.");
  return inMemory("Another dev runs in this project and has its state, so sessions of this one end with it.");
}

const inMemory = async (notice: string): Promise<ProjectState> => ({
  table: await startLocalTable(),
  stateKeys: freshKey(),
  keptIn: undefined,
  notice,
});

/** The key of the project, made where there is none. Only the holder of the table's lock comes here. */
function readKeys(folder: string, reset: boolean): string {
  const file = join(folder, "state-keys");
  if (!reset) {
    const kept = read(file);
    if (kept !== undefined && /^dev:[\w+/]{43}=\n$/.test(kept)) return kept.trim();
    if (kept !== undefined) {
      const message = `${shownPath(file)} does not hold a key of dev: run dev with --reset, which writes a new one.`;
      throw new AnycloudError("INSTANCE_FAILED", message);
    }
  }
  const key = freshKey();
  writeFileSync(file, `${key}\n`, { mode: 0o600 });
  return key;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

export const freshKey = (): string => `dev:${randomBytes(32).toString("base64")}`;

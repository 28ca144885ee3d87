import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AnycloudError } from "../../src/adapter.ts";
import { refusalOf } from "./refusal.ts";
import { shownPath } from "./shown-path.ts";

/** Files that this process has replaced: two may write the same one at the same time. */
let count = 0;

/**
 * Puts a file in its place in one step, because an instance may be loading it, and a disk may be full. Makes the folders that
 * it needs. Throws BUILD_FAILED, and leaves what was there as it was.
 */
export async function replaceFile(file: string, content: string | Uint8Array, mode = 0o666): Promise<void> {
  // Not the file's own name with an ending, which could be longer than a name may be.
  const incoming = join(dirname(file), `.${process.pid}-${++count}.tmp`);
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(incoming, content, { mode });
    await rename(incoming, file);
  } catch (cause) {
    // A deployment may take every file of the folder.
    await rm(incoming, { force: true }).catch(() => {});
    const refusal = refusalOf(cause);
    const { code } = cause as NodeJS.ErrnoException;
    const why = refusal ? `, because ${refusal.why}: ${refusal.remedy}` : ` (${code}): choose another folder`;
    throw new AnycloudError("BUILD_FAILED", `${shownPath(file)} cannot be written${why}.`, { cause });
  }
}

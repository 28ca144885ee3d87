import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AnycloudError } from "../../src/adapter.ts";
import { shownPath } from "../shown-path.ts";

/** Files that this process has replaced: two may write the same one at the same time. */
let count = 0;

/** Puts a file in its place in one step, because an instance may be loading it. Makes the folders that it needs. */
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
    const { code } = cause as NodeJS.ErrnoException;
    throw new AnycloudError("BUILD_FAILED", `${shownPath(file)} cannot be written (${code}): choose another folder.`, {
      cause,
    });
  }
}

import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { AnycloudError } from "../../src/adapter.ts";
import { shownPath } from "../shown-path.ts";

/** Puts a file in its place in one step, because an instance may be loading it. Makes the folders that it needs. */
export async function replaceFile(file: string, content: string | Uint8Array, mode = 0o666): Promise<void> {
  const incoming = `${file}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(incoming, content, { mode });
    await rename(incoming, file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new AnycloudError("BUILD_FAILED", `${shownPath(file)} cannot be written (${code}): choose another folder.`, {
      cause,
    });
  }
}

import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made: string[] = [];

/** Makes an empty folder below the system's one for temporary files, which is removed with this process's "exit". */
export async function temporaryFolder(purpose: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `mcp-anycloud-${purpose}-`));
  if (made.push(folder) === 1) process.once("exit", removeAll);
  return folder;
}

function removeAll(): void {
  // A program that was ended just now may still be writing.
  for (const folder of made) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

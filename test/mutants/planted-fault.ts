import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A fault that can be planted in a copy of the repository, and the test that has to notice it. */
export interface PlantedFault {
  /** The file, from the root of the repository. */
  readonly file: string;
  /** The text that is replaced. It is there once. */
  readonly text: string;
  readonly replacement: string;
  /** The test file, which the promise names. */
  readonly test: string;
  /** The part of the titles of the tests to run, where running all of the file would take long. */
  readonly title?: string;
}

/** A promise of SECURITY.md, by the first cell of its row, and the faults that break it. */
export interface PromiseFaults {
  readonly promise: string;
  readonly faults: readonly PlantedFault[];
}

/** The source with the fault. Throws where its text is not there once: then code and fault have grown apart. */
export function withFault(source: string, { file, text, replacement }: PlantedFault): string {
  const places = source.split(text).length - 1;
  if (places !== 1) {
    throw new Error(`The text of a planted fault is ${places} times in ${file}, not once: correct the fault.\n${text}`);
  }
  return source.replace(text, () => replacement);
}

/** Plants a fault in the copy at `root`, and returns how to take it out. */
export async function plant(root: string, fault: PlantedFault): Promise<() => Promise<void>> {
  const path = join(root, fault.file);
  const source = await readFile(path, "utf8");
  await writeFile(path, withFault(source, fault));
  return () => writeFile(path, source);
}

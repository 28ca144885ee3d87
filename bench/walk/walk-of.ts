/** How one call went through the project's own files. */
export interface Walk {
  /** Files with a function that was entered, in the order of the first entry. */
  readonly files: readonly string[];
  /** Different functions that were entered. */
  readonly functions: number;
  /** Entries that follow an entry in another file. */
  readonly switches: number;
  /** Switches to a file that was entered before and then left. */
  readonly returns: number;
  readonly steps: readonly Step[];
}

/** Entries that follow each other in one file. */
interface Step {
  readonly file: string;
  /** Where the entered functions begin. */
  readonly lines: number[];
}

/** Counts the entries of functions, which are in the order in which they happened. */
export function walkOf(entries: ReadonlyArray<{ readonly file: string; readonly line: number }>): Walk {
  const steps: Step[] = [];
  for (const { file, line } of entries) {
    const last = steps.at(-1);
    if (last?.file === file) last.lines.push(line);
    else steps.push({ file, lines: [line] });
  }
  const files = [...new Set(steps.map(({ file }) => file))];
  return {
    files,
    functions: new Set(entries).size,
    switches: Math.max(0, steps.length - 1),
    // Each step but the first of its file comes back to a file that was left.
    returns: steps.length - files.length,
    steps,
  };
}

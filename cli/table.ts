export interface Column {
  readonly title: string;
  /** Default left. */
  readonly align?: "left" | "right";
}

/** Rows of text under their titles, in columns as wide as they need to be. */
export function toTable(columns: readonly Column[], rows: ReadonlyArray<readonly string[]>): string {
  const lines = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, index) => Math.max(...lines.map((cells) => cells[index]?.length ?? 0)));
  const pad = (cell: string, index: number): string =>
    columns[index]?.align === "right" ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0);
  return lines.map((cells) => `${cells.map(pad).join("  ").trimEnd()}\n`).join("");
}

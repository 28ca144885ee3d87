import type { MeasuredWalk } from "./measure.ts";

/** A row for each call, with its limits in parentheses. */
export function toTable(walks: readonly MeasuredWalk[]): string {
  const rows = walks.map(({ title, files, functions, switches, returns, limits }) => [
    title,
    `${files.length} (${limits.files})`,
    String(functions),
    String(switches),
    `${returns} (${limits.returns})`,
  ]);
  const table = [["call", "files", "functions", "switches", "returns"], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = table.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))),
  );
  return lines.map((cells) => cells.join("  ")).join("\n");
}

/** The files of a call in the order in which they were first entered, with how often the call came back to each. */
export function toFileList({ title, files, steps }: MeasuredWalk): string {
  const lines = files.map((file) => {
    const returns = steps.filter((step) => step.file === file).length - 1;
    return `  ${file}${returns > 0 ? `  (${returns} returns)` : ""}`;
  });
  return [`${title}:`, ...lines].join("\n");
}

/** Every step of a call and the lines of the functions entered; steps that return to a file are marked. */
export function toStepList({ title, steps }: MeasuredWalk): string {
  const lines = steps.map((step, index) => {
    const isReturn = steps.findIndex(({ file }) => file === step.file) < index;
    return `${isReturn ? "<" : " "} ${step.file}:${step.lines.join(",")}`;
  });
  return [`${title}:`, ...lines].join("\n");
}

/** One sentence on the limits that are exceeded; undefined where none is. */
export function toExcess(walks: readonly MeasuredWalk[]): string | undefined {
  const found = walks.flatMap(({ title, files, returns, limits }) => {
    const parts = [
      ...(files.length > limits.files ? [`enters ${files.length} files instead of at most ${limits.files}`] : []),
      ...(returns > limits.returns ? [`returns ${returns} times instead of at most ${limits.returns}`] : []),
    ];
    return parts.length > 0 ? [`a ${title} ${parts.join(" and ")}`] : [];
  });
  return found.length > 0 ? `The way of a call is too long: ${found.join("; ")}.` : undefined;
}

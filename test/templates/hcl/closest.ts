/** ` (is "x" meant?)` with the name that differs least, or nothing where all differ a lot. */
export function closest(name: string, names: readonly string[]): string {
  const near = names
    .map((one) => ({ one, distance: distance(name, one) }))
    .filter(({ distance: steps }) => steps <= Math.max(2, name.length / 4))
    .sort((left, right) => left.distance - right.distance);
  return near[0] ? ` (is "${near[0].one}" meant?)` : "";
}

/** How many letters have to be added, dropped or replaced to make one of the other (Levenshtein). */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (const [index, name] of [...left].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...right].entries()) {
      const replaced = (row[column] as number) + (name === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] as number) + 1, (next[column] as number) + 1));
    }
    row = next;
  }
  return row.at(-1) as number;
}

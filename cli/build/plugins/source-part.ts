/** Code of another package, and the code that takes its place. */
export interface SourcePart {
  readonly from: string;
  readonly to: string;
}

/** Replaces all parts, or none if one of them is not there exactly once. */
export function replaceParts(source: string, parts: readonly SourcePart[]): string {
  const isKnown = parts.every(({ from }) => source.split(from).length === 2);
  return isKnown ? parts.reduce((text, { from, to }) => text.replace(from, () => to), source) : source;
}

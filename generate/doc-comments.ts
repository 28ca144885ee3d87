/** The doc comment of a field, on one line. */
export interface DocComment {
  readonly text: string;
  /** The text after `@default`. */
  readonly default?: string;
}

/**
 * Reads the doc comments of the fields of the interfaces in a TypeScript source. TypeScript 7 has no stable API for it, so
 * this relies on the formatter: a comment ends on the line before its field.
 */
export function readDocComments(source: string): ReadonlyMap<string, DocComment> {
  const fields = source.matchAll(/^ {2}\/\*\*((?:(?!\*\/).)*)\*\/\n {2}readonly (\w+)\??:/gms);
  return new Map([...fields].map(([, comment = "", field = ""]) => [field, toDocComment(comment)]));
}

function toDocComment(comment: string): DocComment {
  const lines = comment.split("\n").map((line) => line.replace(/^ *\* ?/, ""));
  const [text = "", preset] = lines.join(" ").replaceAll(/\s+/g, " ").split("@default ");
  return { text: text.trim(), ...(preset && { default: preset.trim() }) };
}

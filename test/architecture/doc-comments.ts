import { parseSync } from "oxc-parser";

/** Words with which a doc comment would begin a riddle: its subject would come last. */
const RIDDLES = /^(What|Whatever|Who|Whoever|Whom|Whose|Of|Those|Behind)\b/;

/** Doc comments that begin so, as `file:line: the first line`. */
export function findRiddles(file: string, source: string): string[] {
  const { comments } = parseSync(file, source);
  return comments
    .filter(({ type, value }) => type === "Block" && value.startsWith("*"))
    .map(({ value, start }) => ({ text: value.replace(/^[*\s]+/, ""), start }))
    .filter(({ text }) => RIDDLES.test(text))
    .map(({ text, start }) => `${file}:${source.slice(0, start).split("\n").length}: ${text.split("\n", 1)[0]}`);
}

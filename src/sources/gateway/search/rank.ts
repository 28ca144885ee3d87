import type { JsonObject } from "../../forwarding/forwarded-request.ts";

/** BM25 with its usual parameters (Robertson and Zaragoza, 2009). */
const K1 = 1.2;
const B = 0.75;
/** How much more a word counts in the name of a tool than in its description. */
const NAME_WEIGHT = 3;
const TITLE_WEIGHT = 2;
/** Words that say nothing of what a tool does. */
const STOP = new Set(
  "a an and any are as at be been by can do does for from get has have how i if in into is it its me my not of on one or our that the their them then there they this to up us was we what when where which who will with yet you your".split(
    " ",
  ),
);

/**
 * The tools that fit a question best, the best first: BM25 over names, titles, descriptions and arguments. The same question
 * and tools give the same answer, on every instance; tools without a word of the question are not in it.
 */
export function rank(question: string, tools: readonly JsonObject[], limit: number): JsonObject[] {
  const documents = tools.map((tool) => ({ tool, counts: countsOf(tool) }));
  const lengths = documents.map(({ counts }) => [...counts.values()].reduce((sum, count) => sum + count, 0));
  const average = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
  const words = [...new Set(wordsOf(question))];
  const idf = new Map(
    words.map((word) => {
      const holding = documents.filter(({ counts }) => counts.has(word)).length;
      return [word, Math.log(1 + (documents.length - holding + 0.5) / (holding + 0.5))] as const;
    }),
  );
  const scored = documents.map(({ tool, counts }, index) => {
    const length = 1 - B + (B * (lengths[index] ?? 0)) / (average || 1);
    const score = words.reduce((sum, word) => {
      const count = counts.get(word) ?? 0;
      return sum + ((idf.get(word) ?? 0) * count * (K1 + 1)) / (count + K1 * length);
    }, 0);
    return { tool, score };
  });
  return scored
    .filter(({ score }) => score > 0)
    .toSorted((one, other) => other.score - one.score || (String(one.tool.name) < String(other.tool.name) ? -1 : 1))
    .slice(0, limit)
    .map(({ tool }) => tool);
}

/** How often each word stands in a tool, weighted by where. */
function countsOf({ name, title, description, inputSchema }: JsonObject): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const add = (text: unknown, weight: number): void => {
    if (typeof text !== "string") return;
    for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + weight);
  };
  add(name, NAME_WEIGHT);
  add(title, TITLE_WEIGHT);
  add(description, 1);
  const { properties = {} } = (inputSchema ?? {}) as { readonly properties?: JsonObject };
  for (const [argument, schema] of Object.entries(properties)) {
    add(argument, 1);
    add((schema as { readonly description?: unknown } | null)?.description, 1);
  }
  return counts;
}

/** The words of a text in a common form: `sendMessages`, `send_message` and "sending a message" share two. */
function wordsOf(text: string): string[] {
  const apart = text.replaceAll(/(\p{Ll})(\p{Lu})/gu, "$1 $2").toLowerCase();
  return (apart.match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => !STOP.has(word)).map(stem);
}

/** English endings off: enough that a plural or a form of a verb is found. */
function stem(word: string): string {
  if (word.length < 4) return word;
  return word
    .replace(/ies$/, "y")
    .replace(/(ss|x|ch|sh)es$/, "$1")
    .replace(/([^s])s$/, "$1")
    .replace(/(..[a-z])(ing|ed)$/, "$1")
    .replace(/(.{3})e$/, "$1");
}

/** A word of a text, in lower case, and where it begins and ends. */
interface Word {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/** The words of camelCase, kebab-case, SNAKE_CASE and prose: `DynamoDBStore` has `dynamo`, `db` and `store`. */
export function wordsOf(text: string): Word[] {
  return [...text.matchAll(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g)].map(({ 0: word, index }) => ({
    word: word.toLowerCase(),
    start: index,
    end: index + word.length,
  }));
}

/**
 * Where a phrase begins among the words of a text. Its words are apart by a space, and in the text by nothing, a hyphen, an
 * underscore, or the blanks and asterisks of a comment that goes on in the next line. `*` at its end stands for any ending.
 */
export function findPhrase(text: string, words: readonly Word[], phrase: string): number[] {
  const parts = phrase.split(" ");
  const found = words.filter((_, index) =>
    parts.every((part, offset) => {
      const word = words[index + offset];
      if (!word || !matches(part, word.word)) return false;
      const before = words[index + offset - 1];
      return offset === 0 || (before !== undefined && /^[\s\-_/*]*$/.test(text.slice(before.end, word.start)));
    }),
  );
  return found.map(({ start }) => start);
}

const matches = (part: string, word: string): boolean =>
  part.endsWith("*") ? word.startsWith(part.slice(0, -1)) : word === part;

import type { LimitConfig } from "../config/limit-settings.ts";

export type JsonLimits = Pick<LimitConfig, "maxJsonDepth" | "maxJsonKeys">;

/**
 * The limit that a JSON text exceeds, as a sentence; undefined within the limits. The text is not parsed, because the values
 * of 4 MB of JSON take up to 100 MB of memory, and is read no further than to the limit. The result for a text that is not
 * JSON means nothing: its parse fails.
 */
export function extentProblem(text: string, { maxJsonDepth, maxJsonKeys }: JsonLimits): string | undefined {
  let depth = 0;
  let elements = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else if (character === "}" || character === "]") depth -= 1;
    else if (character === ",") elements += 1;
    else if (character === "{" || character === "[") {
      depth += 1;
      if (depth > maxJsonDepth) return `it is nested deeper than ${maxJsonDepth} levels.`;
      if (!isEmpty(text, at)) elements += 1;
    } else {
      at = nextMark(text, at + 1) - 1;
      continue;
    }
    if (elements > maxJsonKeys) return `it has more than ${maxJsonKeys} members and items of lists.`;
  }
  return undefined;
}

const MARK = /["[\]{},]/g;

/** Position of the next character that the extent depends on. A regular expression is the fastest way over megabytes of others. */
function nextMark(text: string, from: number): number {
  MARK.lastIndex = from;
  return MARK.test(text) ? MARK.lastIndex - 1 : text.length;
}

/** Position of the quote that ends the string at `start`: the first one that is not escaped. */
function endOfString(text: string, start: number): number {
  const first = text.indexOf('"', start + 1);
  if (first === -1) return text.length;
  if (text[first - 1] !== "\\") return first;
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

const QUOTE = 34;
const BACKSLASH = 92;

/** Whether the list or object that begins at `start` has no element. */
function isEmpty(text: string, start: number): boolean {
  let next = start + 1;
  while (text[next] === " " || text[next] === "\n" || text[next] === "\r" || text[next] === "\t") next += 1;
  return text[next] === "}" || text[next] === "]";
}

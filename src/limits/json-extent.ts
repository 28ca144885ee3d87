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
    } else continue;
    if (elements > maxJsonKeys) return `it has more than ${maxJsonKeys} members and items of lists.`;
  }
  return undefined;
}

/** Position of the quote that ends the string at `start`: one before which there is an even number of backslashes. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text[before - 1] === "\\") before -= 1;
    if ((end - before) % 2 === 0) return end;
  }
  return text.length;
}

/** Whether the list or object that begins at `start` has no element. */
function isEmpty(text: string, start: number): boolean {
  let next = start + 1;
  while (text[next] === " " || text[next] === "\n" || text[next] === "\r" || text[next] === "\t") next += 1;
  return text[next] === "}" || text[next] === "]";
}

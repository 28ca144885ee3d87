/** How the text of a variable becomes a value. */
export interface ValueType<Value> {
  /** Returns undefined for a text that is not valid. */
  readonly read: (text: string) => Value | undefined;
  /** Completes the error message "… must …" for a value that is not valid. */
  readonly must: string;
}

/** A whole number in decimal digits, with both bounds included. */
export interface WholeNumber extends ValueType<number> {
  readonly kind: "number";
  readonly min: number;
  readonly max: number;
  readonly unit?: Unit | undefined;
}

export type Unit = "bytes" | "seconds";

export function wholeNumber(min: number, max: number, unit?: Unit): WholeNumber {
  const must = `be a whole number${unit ? ` of ${unit}` : ""} from ${min} to ${max}`;
  const read = (text: string): number | undefined => {
    const number = Number(text);
    return /^\d+$/.test(text) && number >= min && number <= max ? number : undefined;
  };
  return { kind: "number", min, max, unit, must, read };
}

/** One of a few words. */
export interface Choice<Word extends string> extends ValueType<Word> {
  readonly kind: "choice";
  readonly words: readonly Word[];
}

export function oneOf<Word extends string>(...words: readonly [Word, ...Word[]]): Choice<Word> {
  const must = `be ${words.join(", ").replace(/, (?=[^,]*$)/, " or ")}`;
  return { kind: "choice", words, must, read: (text) => words.find((word) => word === text) };
}

/**
 * A text that matches a pattern. Terraform checks the same pattern, so it is one that RE2 understands
 * (the engine of its `regex` function): without look-around and back-references.
 */
export interface Text extends ValueType<string> {
  readonly kind: "text";
  readonly pattern: RegExp;
}

/** `isValid` looks for what no pattern tells, such as the number of a port; deployments leave that to the start. */
export function textLike(pattern: RegExp, must: string, isValid: (text: string) => boolean = () => true): Text {
  return { kind: "text", pattern, must, read: (text) => (pattern.test(text) && isValid(text) ? text : undefined) };
}

/** The rule for the items of a list, in patterns that RE2 understands. */
export interface ItemRule {
  readonly pattern: RegExp;
  /** Items that match this one are not valid, although they match `pattern`. */
  readonly except?: RegExp;
  /** The text before this separator names an item, and no name may be there twice. */
  readonly namedBefore?: string;
}

/** One or more texts, separated by commas or spaces. `must` speaks of the items alone. */
export interface List<Item> extends ValueType<readonly Item[]> {
  readonly kind: "list";
  readonly items: ItemRule;
  readonly itemsMust: string;
}

export function listOf(items: ItemRule, itemsMust: string): List<string>;
export function listOf<Item>(items: ItemRule, itemsMust: string, toItem: (text: string) => Item): List<Item>;
export function listOf(items: ItemRule, itemsMust: string, toItem = (text: string): unknown => text): List<unknown> {
  const read = (text: string): unknown[] | undefined => {
    const texts = text.split(/[\s,]+/).filter((item) => item !== "");
    return areItems(texts, items) ? texts.map(toItem) : undefined;
  };
  return { kind: "list", items, itemsMust, must: `${itemsMust}, separated by commas`, read };
}

function areItems(texts: readonly string[], { pattern, except, namedBefore }: ItemRule): boolean {
  const names = texts.map((text) => (namedBefore ? text.split(namedBefore, 1)[0] : text));
  const areUnique = !namedBefore || new Set(names).size === names.length;
  return areUnique && texts.length > 0 && texts.every((text) => pattern.test(text) && !except?.test(text));
}

/** A text with a syntax of its own, which deployments do not check. */
export interface Parsed<Value> extends ValueType<Value> {
  readonly kind: "parsed";
}

export const parsedBy = <Value>(read: Parsed<Value>["read"], must: string): Parsed<Value> => ({
  kind: "parsed",
  must,
  read,
});

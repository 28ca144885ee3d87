import { parseSync, Visitor } from "oxc-parser";
import { CLOUD_LITERALS, CLOUD_WORDS } from "./cloud-words.ts";
import { NOT_PRIVATE, PRIVATE_WORDS } from "./private-words.ts";
import { findPhrase, wordsOf } from "./words.ts";

/** Each line of a file that names a cloud, as `file:line: phrase`, without the literals that may. */
export function findClouds(file: string, source: string): string[] {
  const allowed = CLOUD_LITERALS.filter((known) => known.in === file).map(({ literal }) => literal);
  const searched = allowed.reduce((text, literal) => text.replaceAll(literal, " ".repeat(literal.length)), source);
  return [file, searched].flatMap((text) => {
    const words = wordsOf(text);
    return CLOUD_WORDS.flatMap((phrase) =>
      findPhrase(text, words, phrase).map((start) =>
        text === file ? `${file}: ${phrase}` : `${file}:${lineAt(source, start)}: ${phrase}`,
      ),
    );
  });
}

/** Identifiers of a file, and the names in its path, that have a private word, as `file:line: identifier (instead)`. */
export function findPrivateWords(file: string, source: string): string[] {
  const applied = PRIVATE_WORDS.filter((word) => word.in?.some((folder) => file.startsWith(folder)) ?? true);
  const places = new Map(pathNames(file).map((name) => [name, file]));
  for (const { name, start } of identifiersOf(file, source)) {
    // The first one of each name says enough.
    if (!places.has(name)) places.set(name, `${file}:${lineAt(source, start)}`);
  }
  return [...places].flatMap(([name, place]) => {
    if (NOT_PRIVATE.some((known) => file.startsWith(known.in) && known.identifier.test(name))) return [];
    const words = wordsOf(name);
    const found = applied.find(
      ({ phrase, isWhole }) =>
        findPhrase(name, words, phrase).length > 0 && (!isWhole || words.length === phrase.split(" ").length),
    );
    return found ? [`${place}: ${name} (${found.instead})`] : [];
  });
}

const pathNames = (file: string): string[] => file.replace(/(\.test)?(\.d)?\.ts$/, "").split("/");

/** Names of variables, types, parameters, members and imports; no word of a string or comment is one. */
export function identifiersOf(file: string, source: string): { readonly name: string; readonly start: number }[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`);
  const found: { name: string; start: number }[] = [];
  const add = ({ name, start }: { name: string; start: number }): void => void found.push({ name, start });
  new Visitor({ Identifier: add, PrivateIdentifier: add }).visit(program);
  return found;
}

const lineAt = (source: string, position: number): number => source.slice(0, position).split("\n").length;

/** Reads an expression of a query language, token by token. */
export interface TextReader {
  /** The next token, which is not taken; an empty text at the end. */
  readonly next: string;
  take(): string;
  /** Takes the next token where it is one of these. */
  taken(...tokens: readonly string[]): string | undefined;
  /** Takes this token, and throws for any other. */
  expect(token: string): void;
  /** Throws where something is left. */
  end(): void;
}

/** Strings, dates, numbers with a unit, names with dots, operators of two characters and of one. */
const TOKEN =
  /\s*("(?:[^"\\]|\\.)*"|datetime\([^)]*\)|\d+(?:\.\d+)?[a-z]*|!?[A-Za-z_][\w.:]*|\.\.|=~|!~|!=|==|>=|<=|[-=<>()[\]{},|*/:+])/y;

export function createTextReader(text: string): TextReader {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const source = text.trimEnd();
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const [, token] = TOKEN.exec(source) ?? [];
    if (token === undefined) throw new Error(`Nothing is known that begins with ${source.slice(at, at + 20)}`);
    tokens.push(token);
  }
  let position = 0;
  const reader: TextReader = {
    get next() {
      return tokens[position] ?? "";
    },
    take: () => tokens[position++] ?? "",
    taken: (...wanted) => (wanted.includes(reader.next) && reader.next !== "" ? reader.take() : undefined),
    expect(token) {
      const found = reader.take();
      if (found !== token) throw new Error(`"${found}" instead of "${token}" in ${text}`);
    },
    end() {
      if (reader.next !== "") throw new Error(`"${reader.next}" is too much in ${text}`);
    },
  };
  return reader;
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A number, or a time such as `5m` in milliseconds. */
export function numberOf(token: string): number {
  const [, digits = "", unit = ""] = /^(\d+(?:\.\d+)?)([a-z]*)$/.exec(token) ?? [];
  const factor = unit === "" ? 1 : UNITS[unit];
  if (digits === "" || factor === undefined) throw new Error(`${token} is no number.`);
  return Number(digits) * factor;
}

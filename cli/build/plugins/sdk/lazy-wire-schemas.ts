/**
 * Lets SDK v2 make the schemas of a protocol revision one by one, when they are first read. Its `build` functions make all
 * of a revision at once, some 150 and most of them for other methods, which took 9 of the 50 ms to a first answer. Here each
 * constant of such a function becomes a function that makes its value once, each property of the result is made when it is
 * first read, and what nothing reads is left out.
 */
export function withLazyWireSchemas(source: string): string {
  return source
    .replaceAll(BUILD, (whole: string, head: string, body: string, at: number) => {
      const rest = source.slice(0, at) + source.slice(at + whole.length);
      const isRead = (property: string): boolean => new RegExp(`\\.${property}\\b`).test(rest);
      const lazy = lazyBody(body, READ_OTHERWISE.test(rest) ? () => true : isRead);
      return lazy === undefined ? whole : `${head}${lazy}}\n`;
    })
    .replaceAll(METHOD_MAPS, (maps: string) => maps.replaceAll(METHOD, "$1get $2() { return $3; }"));
}

const BUILD = /^(function build(?:\$\d+)?\(\) \{\n)([\s\S]*?\n)\}\n/gm;

/** Reads of a result by other means than `.name`: destructuring, computed names, spreading. Then every property is kept. */
const READ_OTHERWISE =
  /\} = (?:s|buildSchemas\d+\(\));|(?:\bs|buildSchemas\d+\(\))\[|\.\.\.(?:s|buildSchemas\d+\(\))[,\s]/;

/** The functions that collect a revision's schemas by the method that they belong to. */
const METHOD_MAPS = /^function (?:registryMaps|getWireResultSchemas)\(\) \{\n[\s\S]*?\n\}\n/gm;
const METHOD = /^(\t+)([\w]+|"[\w/]+"): (s\.\w+)(?=,?$)/gm;

const STATEMENT = /^\t(?:const (?<name>[\w$]+) = |function (?<helper>[\w$]+)\(|return \{)/;
const COMMENT = /^\t\/\*\*[\s\S]*?\*\/\n/gm;

/** Makes a value once, and a table's values each when it is first read. */
const HELPERS = `
	const once = (make) => {
		let made;
		return () => made ??= make();
	};
	const onceEach = (makers) => {
		const table = {};
		for (const key in makers) Object.defineProperty(table, key, { get: once(makers[key]), enumerable: true });
		return table;
	};
`;

interface Statement {
  /** The name that it declares; undefined of the result. */
  readonly name: string | undefined;
  readonly text: string;
}

/** The body with lazy constants; undefined where a statement is none of those that are known here. */
function lazyBody(body: string, isRead: (property: string) => boolean): string | undefined {
  const statements = statementsOf(body.replace(COMMENT, ""));
  const result = statements?.at(-1);
  if (!statements || result?.name !== undefined || !result) return undefined;
  const constants = statements.flatMap(({ name, text }) => (name && text.startsWith("\tconst ") ? [name] : []));
  const declared = new Map(
    statements.flatMap(({ name, text }) => (name ? [[name, lazyDeclaration(text, name, constants)] as const] : [])),
  );
  const properties = propertiesOf(result.text).filter(([key]) => isRead(key));
  const entries = properties.map(
    ([key, value]) => `${key}: ${constants.includes(value) ? value : `() => ${withCalls(value, constants)}`}`,
  );
  const lazyResult = `onceEach({ ${entries.join(", ")} })`;
  const used = usedBy(lazyResult, declared);
  const kept = [...declared].flatMap(([name, text]) => (used.has(name) ? [text] : []));
  return `${HELPERS}${kept.join("")}\treturn ${lazyResult};\n`;
}

/** Splits at the lines that are indented once and begin a statement; undefined where one is unknown. */
function statementsOf(body: string): Statement[] | undefined {
  const texts = body.split(/^(?=\t[^\t}\])])/m);
  const statements = texts.map((text) => {
    const { name, helper } = STATEMENT.exec(text)?.groups ?? {};
    return { name: name ?? helper, text };
  });
  return statements.every(({ text }) => STATEMENT.test(text)) ? statements : undefined;
}

function lazyDeclaration(text: string, name: string, constants: readonly string[]): string {
  const head = `\tconst ${name} = `;
  if (!text.startsWith(head)) return withCalls(text, constants);
  const expression = text.slice(head.length).trimEnd().replace(/;$/, "");
  const value = withCalls(expression.replace(MAP_OF_INPUTS, "$1z.lazy(() => $2))"), constants);
  const lazy = BY_METHOD.test(value) ? `onceEach(${value.replace(ENTRY, "$1 () => ")})` : `(${value})`;
  return `${head}once(() => ${lazy});\n`;
}

/** Calls the constants that an expression refers to, also where it spreads them; keys and members are no references. */
const withCalls = (text: string, constants: readonly string[]): string =>
  text.replace(/(?<![\w$"']|(?<!\.\.)\.)[A-Za-z_][\w$]*(?![\w$"':])/g, (word) =>
    constants.includes(word) ? `${word}()` : word,
  );

/**
 * A map of what a client is asked, or answered: with the schemas of its values, a sixth of all that a first call makes, which
 * few requests hold.
 */
const MAP_OF_INPUTS = /^(z\.record\(z\.string\(\), )(Input(?:Request|Response)Schema)\)$/;

/** A table of schemas by method. */
const BY_METHOD = /^\{\n\t\t"\w+\//;
const ENTRY = /^(\t\t"[\w/]+":) /gm;

const propertiesOf = (result: string): ReadonlyArray<readonly [string, string]> =>
  [...result.matchAll(/^\t\t(\w+)(?:: ([\s\S]*?))?(?=,?\n\t(?:\t\w|\}))/gm)].map(([, key = "", value = key]) => [
    key,
    value,
  ]);

/** All names that a text needs, directly or through others. */
function usedBy(text: string, declared: ReadonlyMap<string, string>, used = new Set<string>()): ReadonlySet<string> {
  for (const [word] of text.matchAll(/[A-Za-z_][\w$]*/g)) {
    const needed = declared.get(word);
    if (needed === undefined || used.has(word)) continue;
    used.add(word);
    usedBy(needed, declared, used);
  }
  return used;
}

import { posix } from "node:path";
import { type Expression, parseSync, Visitor } from "oxc-parser";

/** One import of a file, whatever its form. */
export interface Import {
  readonly from: string;
  /** A file, as its path from the root, or a package's name without what follows it. */
  readonly to: string;
  readonly isPackage: boolean;
  /** Types are gone after compilation, but a dependency of the design all the same. */
  readonly isType: boolean;
  /** Imported by the name of the project's package, as users do. */
  readonly isByName: boolean;
}

/** The imports of each file. */
export type ImportGraph = ReadonlyMap<string, readonly Import[]>;

/** The project's own package: its name, and the source behind each name of its exports. */
export interface OwnPackage {
  readonly name: string;
  readonly sources: Readonly<Record<string, string>>;
}

export function readImports(sources: ReadonlyMap<string, string>, own: OwnPackage): Map<string, Import[]> {
  return new Map(Array.from(sources, ([file, source]) => [file, importsOf(file, source, own)]));
}

/** Imports, re-exports, `import()` as expression and as type, `import x = require()`, and `require()` of a literal. */
export function importsOf(file: string, source: string, own: OwnPackage): Import[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`);
  const found: Import[] = [];
  const add = (specifier: string | undefined, isType: boolean): void => {
    if (specifier !== undefined) found.push({ from: file, isType, ...resolve(file, specifier, own) });
  };
  new Visitor({
    ImportDeclaration({ source: { value }, importKind, specifiers }) {
      const kinds = specifiers.map((found) => (found.type === "ImportSpecifier" ? found.importKind : "value"));
      add(value, importKind === "type" || isAllTypes(kinds));
    },
    ExportNamedDeclaration({ source: from, exportKind, specifiers }) {
      add(from?.value, exportKind === "type" || isAllTypes(specifiers.map(({ exportKind: kind }) => kind)));
    },
    ExportAllDeclaration: ({ source: { value }, exportKind }) => add(value, exportKind === "type"),
    ImportExpression: ({ source: expression }) => add(literalOf(expression), false),
    TSImportType: ({ source: { value } }) => add(value, true),
    TSImportEqualsDeclaration({ moduleReference, importKind }) {
      if (moduleReference.type === "TSExternalModuleReference")
        add(moduleReference.expression.value, importKind === "type");
    },
    CallExpression({ callee, arguments: [argument] }) {
      if (callee.type === "Identifier" && callee.name === "require" && argument && argument.type !== "SpreadElement")
        add(literalOf(argument), false);
    },
  }).visit(program);
  return found;
}

/** Nothing in braces is a value import: it is kept for what the module does. */
const isAllTypes = (kinds: readonly (string | undefined)[]): boolean =>
  kinds.length > 0 && kinds.every((kind) => kind === "type");

function literalOf(expression: Expression): string | undefined {
  if (expression.type === "Literal" && typeof expression.value === "string") return expression.value;
  if (expression.type !== "TemplateLiteral" || expression.expressions.length > 0) return undefined;
  return expression.quasis[0]?.value.cooked ?? undefined;
}

/** Resolves a specifier by its text alone: the compiler checks that the file exists. */
function resolve(file: string, specifier: string, own: OwnPackage): Pick<Import, "to" | "isPackage" | "isByName"> {
  if (specifier.startsWith(".")) {
    const path = posix.join(posix.dirname(file), specifier.replace(/\?.*$/, ""));
    return { to: path, isPackage: false, isByName: false };
  }
  const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  if (name !== own.name) return { to: name, isPackage: true, isByName: false };
  return { to: own.sources[`.${specifier.slice(name.length)}`] ?? "package.json", isPackage: false, isByName: true };
}

import { basename, dirname, resolve } from "node:path";
import type { BuildFailure, Location, Message } from "esbuild";
import { AnycloudError } from "../../src/adapter.ts";
import { shownPath } from "../files/shown-path.ts";
import { GENERATED } from "./bundle-options.ts";
import { findInstalled } from "./packages/installed-package.ts";

/** How many of the compiler's findings are told; the first one usually causes the others. */
const MOST = 5;

/** Files that are no text, by what is said of them. */
const BINARY =
  /^No loader is configured for "\.(wasm|node|bin|db|sqlite|pdf|zip|gz|png|jpe?g|gif|webp|ico|woff2?|ttf|mp[34])"/;

/** Makes esbuild's findings an error for people: one line for each finding, with file, line and column. */
export function toBuildError(findings: readonly Message[], entry: string): AnycloudError {
  const file = shownPath(entry);
  if (findings.some(lacksDefaultExport)) {
    const message = `${file} has no default export: end it with "export default defineServer({ createServer })".`;
    return new AnycloudError("ENTRY_INVALID", message);
  }
  const told = findings.slice(0, MOST).map(describe);
  const untold = findings.length - told.length;
  if (untold > 0) told.push(`… and ${untold} more.`);
  return new AnycloudError("BUILD_FAILED", told.join("\n"));
}

/** The findings in what esbuild threw; undefined for anything else. */
export function findingsIn(failure: unknown): readonly Message[] | undefined {
  return failure instanceof Error ? (failure as Partial<BuildFailure>).errors : undefined;
}

/** The generated module imports nothing from the entry but its default export. */
const lacksDefaultExport = ({ text, location }: Message): boolean =>
  isGenerated(location) && /^No matching export .* for import "default"/.test(text);

function describe({ text, location }: Message): string {
  const unresolved = /^Could not resolve "([^./][^"]*)"/.exec(text)?.[1];
  const sentence = unresolved
    ? `${text}: ${remedyForMissing(unresolved, location)}`
    : text.startsWith("No loader is configured")
      ? `${text}: ${remedyFor(text)} (docs/assets.md)`
      : text;
  return location && !isGenerated(location)
    ? `${location.file}:${location.line}:${location.column + 1}: ${sentence}.`
    : `${sentence}.`;
}

function remedyForMissing(specifier: string, location: Location | null): string {
  if (/^(#|[@~]\/)/.test(specifier))
    return 'correct the import, or its alias in "imports" of package.json or "paths" of tsconfig.json';
  const name = packageOf(specifier);
  // A package of a workspace may be there and not built yet.
  return location && findInstalled(name, dirname(resolve(location.file)))
    ? `the package is installed, but its package.json leads to no file for that, so build ${name} first or correct the import`
    : `install it (npm install ${name}) or correct the import`;
}

function remedyFor(text: string): string {
  const [, addon] = /"\.node" files: .*node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(text) ?? [];
  if (addon) return `add "${addon.replace("\\", "/")}" to "external" of "mcp-anycloud" in package.json`;
  return `${BINARY.test(text) ? "" : 'import it with { type: "text" }, or '}read it as a file that "assets" names`;
}

const isGenerated = (location: Location | null): boolean => basename(location?.file ?? "") === GENERATED;

const packageOf = (specifier: string): string => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { readText } from "../../files/read-text.ts";

/** The fields of a tsconfig.json that are read here. */
export interface TsConfig {
  readonly files?: readonly unknown[];
  readonly references?: ReadonlyArray<{ readonly path?: unknown }>;
  readonly extends?: unknown;
  readonly compilerOptions?: Readonly<Record<string, unknown>>;
}

/** The nearest `tsconfig.json` upward. */
export function nearestTsConfig(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, "tsconfig.json");
    if (existsSync(file)) return file;
    if (folder === dirname(folder)) return undefined;
  }
}

const COMMENT_OR_TEXT = /("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/** A tsconfig: JSON with comments and commas at ends. Undefined for what is not, of which the bundler tells. */
export function readTsConfig(file: string): TsConfig | undefined {
  const plain = readText(file).replaceAll(COMMENT_OR_TEXT, (_all, text = "") => text);
  try {
    return JSON.parse(plain.replaceAll(/,(?=\s*[}\]])/g, "")) ?? undefined;
  } catch {
    return undefined;
  }
}

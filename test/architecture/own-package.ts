import type { OwnPackage } from "./import-graph.ts";
import { readText } from "./source-tree.ts";

const SOURCE = "@mcp-anycloud/source";

/** This package's name and the sources behind its exports, from `package.json`. */
export function readOwnPackage(): OwnPackage {
  const { name, exports }: PackageJson = JSON.parse(readText("package.json"));
  const sources = Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === "string" ? [] : [[subpath, target[SOURCE]?.replace("./", "") ?? ""] as const],
  );
  return { name, sources: Object.fromEntries(sources) };
}

interface PackageJson {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

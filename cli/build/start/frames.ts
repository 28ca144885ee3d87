import { SourceMap, type SourceMapPayload } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Number of lines of a stack that are shown. */
const MOST = 10;

/** The lines of a stack that belong to files, with paths in place of URLs. */
export const framesOf = (stack: string): readonly string[] =>
  stack
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => /^\s+at .*\d+:\d+\)?$/.test(line) && !line.includes("node:internal"))
    .slice(0, MOST)
    .map((line) => `    ${line.trim().replace(/file:\/\/[^\s()]*?(?=:\d+:\d+)/, (url) => fileURLToPath(url))}`);

/** A bundle and its source map, which may lie elsewhere. */
export interface MappedBundle {
  /** Path of the bundle, from which the paths of the map go out. */
  readonly bundle: string;
  /** Text of the map. */
  readonly map: string;
}

/** Frames in which the bundle's own places are replaced by those of its sources. */
export function mappedFrames(frames: readonly string[], { bundle, map }: MappedBundle): readonly string[] {
  const sources = new SourceMap(JSON.parse(map) as SourceMapPayload);
  return frames.map((frame) => {
    const [before = "", after] = frame.split(`${bundle}:`);
    const [place = "", line, column] = /^(\d+):(\d+)/.exec(after ?? "") ?? [];
    if (place === "") return frame;
    const entry = sources.findEntry(Number(line) - 1, Number(column) - 1);
    // Code that the bundler itself wrote has no source.
    if (!("originalSource" in entry) || typeof entry.originalSource !== "string") return frame;
    const source = sourcePath(entry.originalSource, bundle);
    return `${before}${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}${after?.slice(place.length)}`;
  });
}

/** Path of a source that the map of a bundle names: by a URL from the bundle on, in which some characters are escaped. */
export function sourcePath(source: string, bundle: string): string {
  const url = URL.parse(source, pathToFileURL(bundle).href);
  return url?.protocol === "file:" ? fileURLToPath(url) : source;
}

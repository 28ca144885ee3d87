/** Injected by esbuild into bundles of modules that ask where they are: only the bundle itself knows its folder. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

// Written apart, because "import.meta.url" is replaced in every module.
const meta = import.meta;

/** URL of a shipped file, by its URL relative to the artefact. */
export const __anycloudUrlOf = (place: string): string => new URL(place, meta.url).href;

/** Absolute path of that file. */
export const __anycloudFilenameOf = (place: string): string => fileURLToPath(new URL(place, meta.url));

/** Absolute path of the folder of that file. */
export const __anycloudDirnameOf = (place: string): string => dirname(fileURLToPath(new URL(place, meta.url)));

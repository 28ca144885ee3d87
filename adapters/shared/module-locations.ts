/** Injected by esbuild into bundles of modules that ask where they are: only the bundle itself knows its folder. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** `import.meta` of the bundle, which declares it: in every module it is replaced. */
declare const __meta: ImportMeta;

/** URL of a shipped file, by its URL relative to the artefact. */
export const __anycloudUrlOf = (place: string): string => new URL(place, __meta.url).href;

/** Absolute path of that file. */
export const __anycloudFilenameOf = (place: string): string => fileURLToPath(new URL(place, __meta.url));

/** Absolute path of the folder of that file. */
export const __anycloudDirnameOf = (place: string): string => dirname(fileURLToPath(new URL(place, __meta.url)));

/** Stands for `import.meta` of such a module, which is never the main one. Relative paths begin at the shipped file. */
export function __anycloudMetaOf(place: string): Partial<ImportMeta> {
  const url = __anycloudUrlOf(place);
  return {
    url,
    filename: __anycloudFilenameOf(place),
    dirname: __anycloudDirnameOf(place),
    main: false,
    resolve: (specifier) => (/^\.{0,2}\//.test(specifier) ? new URL(specifier, url).href : __meta.resolve(specifier)),
  };
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PACKAGE_FOLDER } from "../package-json.ts";

/** The page's files, which are served as they are. */
const FILES = /^\/(?<name>(?:[a-z]+\/)?[a-z-]+\.(?<type>html|css|js|svg))$/;
const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/** A file of the page with its media type; undefined when there is none at this path. */
export async function readPageFile(path: string): Promise<{ type: string; text: string } | undefined> {
  const { name, type } = FILES.exec(path === "/" ? "/index.html" : path)?.groups ?? {};
  if (name === undefined || type === undefined) return undefined;
  try {
    const text = await readFile(join(PACKAGE_FOLDER, "cli", "console", "page", name), "utf8");
    return { type: TYPES[type] ?? "", text };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

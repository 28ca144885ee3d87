import { readFileSync } from "node:fs";

/** The text of a file, without the byte order mark with which some editors of Windows begin it. */
export const readText = (file: string): string => readFileSync(file, "utf8").replace(/^\uFEFF/, "");

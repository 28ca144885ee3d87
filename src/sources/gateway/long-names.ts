import { logAboutRequest } from "../../http/served-request.ts";

/** Characters of a tool's name that every API of models takes; some take no more. */
const USUAL = 64;
/** Names that are told of: an upstream may have any number. */
const MAX_TOLD = 100;
const told = new Set<string>();

/** Tells the log once of a tool whose name, with its prefix, is too long for some clients. */
export function warnOfLongName(name: string): void {
  if (name.length <= USUAL || told.has(name) || told.size >= MAX_TOLD) return;
  told.add(name);
  const shown = JSON.stringify(name);
  logAboutRequest(
    `tool ${shown} has ${name.length} characters, and some clients take ${USUAL}: give it a short prefix`,
  );
}

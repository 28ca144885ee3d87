import { HANDLER_ERROR_HOOK } from "../../../dev/observer/observed-event.ts";
import { replaceParts, type SourcePart } from "../source-part.ts";

const told = (code: string): string =>
  `globalThis[Symbol.for(${JSON.stringify(HANDLER_ERROR_HOOK)})]?.(error);\n${code}`;

/** Places where the SDKs make an answer of an error that a handler threw, and keep its message alone. */
const PLACES: readonly string[] = [
  // McpServer of SDK v2 and v1.
  "return this.createToolError(error instanceof Error ? error.message : String(error));",
  // Protocol of SDK v2.
  'const thrownCode = Number.isSafeInteger(error["code"])',
  // Protocol of SDK v1.
  `const errorResponse = {
                jsonrpc: '2.0',
                id: request.id,
                error: {
                    code: Number.isSafeInteger(error['code'])`,
];

const PARTS: readonly SourcePart[] = PLACES.map((from) => ({ from, to: told(from) }));

/** Tells the errors of handlers to a global function, for `dev` alone. What looks different stays as it is. */
export const withToldHandlerErrors = (source: string): string =>
  PARTS.reduce((text, part) => replaceParts(text, [part]), source);

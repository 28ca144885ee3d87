import type { LimitConfig } from "../config/limit-settings.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode, requestIdOf } from "../http/json-rpc.ts";

/** Ids are echoed, kept in keys of the store, and compared; nobody's are longer than a UUID with something around it. */
const MAX_ID_LENGTH = 256;
/** The longest method of the specification has 36 characters. */
const MAX_METHOD_LENGTH = 128;
/** Names of tools have up to 128 characters (MCP 2025-11-25, Tools, Tool Names); of prompts, no limit is given. */
const MAX_NAME_LENGTH = 256;
/** Only MCP 2025-03-26 has batches, and gives no limit. The leg refuses them in every other revision. */
const MAX_BATCH_LENGTH = 50;

export type JsonLimits = Pick<LimitConfig, "maxJsonDepth" | "maxJsonKeys">;

/**
 * The refusal of a message that is too much to handle, whatever it says; undefined for any other. `text` is the JSON that
 * it was read from.
 */
export function messageProblem(message: unknown, limits: JsonLimits, text?: string): HttpResponse | undefined {
  const extent = text !== undefined && isPlainlySmall(text, limits) ? undefined : extentProblem(message, limits);
  const problem = batchProblem(message) ?? extent ?? lengthProblem(message);
  if (problem === undefined) return undefined;
  const id = requestIdOf(message);
  const echoed = typeof id === "string" && id.length > MAX_ID_LENGTH ? null : id;
  return errorResponse(400, { code: JsonRpcCode.INVALID_REQUEST, message: `Invalid request: ${problem}`, id: echoed });
}

const batchProblem = (message: unknown): string | undefined =>
  Array.isArray(message) && message.length > MAX_BATCH_LENGTH
    ? `a batch has at most ${MAX_BATCH_LENGTH} messages.`
    : undefined;

/** Whether a text is too short for so many members, which take three characters each, and too flat for so many levels. */
const isPlainlySmall = (text: string, { maxJsonDepth, maxJsonKeys }: JsonLimits): boolean =>
  text.length <= 2 * maxJsonKeys && text.split("{").length + text.split("[").length - 2 <= maxJsonDepth;

/** Without recursion, which is what too deep a message would be the end of. */
function extentProblem(message: unknown, { maxJsonDepth, maxJsonKeys }: JsonLimits): string | undefined {
  let level = isContainer(message) ? [message] : [];
  let keys = 0;
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > maxJsonDepth) return `it is nested deeper than ${maxJsonDepth} levels.`;
    const below: object[] = [];
    for (const container of level) {
      const isList = Array.isArray(container);
      const values: unknown[] = isList ? container : Object.values(container);
      if (!isList) keys += values.length;
      for (const value of values) {
        if (!isContainer(value)) continue;
        if (isList) keys += 1;
        below.push(value);
      }
      if (keys > maxJsonKeys) return `it has more than ${maxJsonKeys} members.`;
    }
    level = below;
  }
  return undefined;
}

const isContainer = (value: unknown): value is object => typeof value === "object" && value !== null;

function lengthProblem(message: unknown): string | undefined {
  for (const one of Array.isArray(message) ? message : [message]) {
    if (!isContainer(one)) continue;
    const { id, method, params } = one as Fields;
    const { name, requestId, taskId, _meta } = (isContainer(params) ? params : NONE) as Fields;
    const { progressToken } = (isContainer(_meta) ? _meta : NONE) as Fields;
    const isIdTooLong =
      isLonger(id, MAX_ID_LENGTH) ||
      isLonger(requestId, MAX_ID_LENGTH) ||
      isLonger(taskId, MAX_ID_LENGTH) ||
      isLonger(progressToken, MAX_ID_LENGTH);
    if (isIdTooLong) return `an id has at most ${MAX_ID_LENGTH} characters.`;
    if (isLonger(method, MAX_METHOD_LENGTH)) return `a method has at most ${MAX_METHOD_LENGTH} characters.`;
    if (isLonger(name, MAX_NAME_LENGTH)) return `a name has at most ${MAX_NAME_LENGTH} characters.`;
  }
  return undefined;
}

const NONE = {};

type Fields = Readonly<Record<"id" | "method" | "params" | "name" | "requestId" | "taskId" | "_meta", unknown>> & {
  readonly progressToken?: unknown;
};

const isLonger = (value: unknown, length: number): boolean => typeof value === "string" && value.length > length;

import {
  type JSONRPCNotification,
  type JSONRPCRequest,
  type JSONRPCResponse,
  SERVER_INFO_META_KEY,
} from "@modelcontextprotocol/server";
import { toJsonText, unserializableResponse } from "../http/json-rpc.ts";

/** The bytes that a character of JSON text has at most: `\u0000` has six, in UTF-16 and in UTF-8. */
const MAX_CHARACTER_BYTES = 6;
/** The bytes in UTF-8 of one UTF-16 unit at most. */
const MAX_UNIT_BYTES = 3;
/** Deeper values are serialized to learn their length, which also finds cycles. */
const MAX_DEPTH = 32;

/** An upper bound of the bytes that a value has in JSON, without serializing it. */
function boundOf(value: unknown, depth: number): number {
  if (typeof value === "string") return 2 + MAX_CHARACTER_BYTES * value.length;
  if (typeof value !== "object" || value === null) return typeof value === "bigint" ? Number.POSITIVE_INFINITY : 25;
  // The result of toJSON could be anything.
  if (depth > MAX_DEPTH || typeof (value as { toJSON?: unknown }).toJSON === "function")
    return Number.POSITIVE_INFINITY;
  let bound = 2;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) bound += 1 + boundOf(value[index], depth + 1);
  } else {
    for (const name in value) {
      bound += 4 + MAX_CHARACTER_BYTES * name.length + boundOf((value as Record<string, unknown>)[name], depth + 1);
    }
  }
  return bound;
}

/**
 * A response that can be sent: itself, or an error in its place when it has more than `maxBytes` in JSON or cannot be
 * serialized. Serialized only when it comes near the limit.
 */
export function withinLimit(response: JSONRPCResponse, maxBytes: number): JSONRPCResponse {
  try {
    if (boundOf(response, 0) <= maxBytes) return response;
    return Buffer.byteLength(JSON.stringify(response)) > maxBytes ? tooLarge(response, maxBytes) : response;
  } catch {
    return unserializableResponse(response);
  }
}

/**
 * A notification or request of a server as it is sent, which nothing that its sender does later changes. Throws at the code
 * that sends it when it has more than `maxBytes` in JSON or cannot be serialized.
 */
export function sendableMessage<Message extends JSONRPCNotification | JSONRPCRequest>(
  message: Message,
  maxBytes: number,
): Message {
  const text = JSON.stringify(message);
  if (text.length * MAX_UNIT_BYTES > maxBytes && Buffer.byteLength(text) > maxBytes)
    throw new Error(`${message.method} is too large: ${maxBytes} bytes are the most that is sent.`);
  return JSON.parse(text);
}

/** Characters of a text in which a schema says what is wrong: a list may have thousands of wrong items. */
export const MAX_REPORT_LENGTH = 8_192;

/** How both SDKs begin the report of a schema that failed. */
const REPORT = /^(MCP error -32602: )?((Input|Output) validation error: |Invalid arguments for )/;

/**
 * The JSON text of a response, within the same limit, and with a short report where a schema failed. Never throws. `whole` is
 * the text that `toJsonText` gives, where the caller has it.
 */
export function toLimitedText(
  response: JSONRPCResponse,
  maxBytes: number,
  whole: string = toJsonText(response),
): string {
  const text = hasWordsOfReport(whole) ? withShortReport(whole) : whole;
  if (text.length * MAX_UNIT_BYTES <= maxBytes || Buffer.byteLength(text) <= maxBytes) return text;
  try {
    return toJsonText(tooLarge(response, maxBytes));
  } catch {
    // It could be read once, and not again.
    return JSON.stringify(unserializableResponse(response));
  }
}

/** Whether a text is long and has words of a report: parsing megabytes to look takes long. */
const hasWordsOfReport = (text: string): boolean =>
  text.length > MAX_REPORT_LENGTH && (text.includes("validation error: ") || text.includes("Invalid arguments for "));

function withShortReport(text: string): string {
  const response: JSONRPCResponse = JSON.parse(text);
  // Both are as the server wrote them, whatever their types say.
  const place: unknown = "error" in response ? response.error : (response.result.content as unknown[] | undefined)?.[0];
  const report = place as { message?: unknown; text?: unknown } | undefined | null;
  for (const name of ["message", "text"] as const) {
    const words = report?.[name];
    if (!report || typeof words !== "string" || words.length <= MAX_REPORT_LENGTH || !REPORT.test(words)) continue;
    report[name] = `${words.slice(0, MAX_REPORT_LENGTH).toWellFormed()}… and more of that kind.`;
    return JSON.stringify(response);
  }
  return text;
}

/** A tool's result becomes a tool error, so that the model learns of it; any other response a JSON-RPC error. */
function tooLarge(response: JSONRPCResponse, maxBytes: number): JSONRPCResponse {
  const text = `The tool's answer is too large: ${maxBytes} bytes are the most that is sent. Ask for less of it.`;
  if ("error" in response) return { ...response, error: { code: response.error.code, message: text } };
  const { resultType, _meta, content } = response.result;
  if (content === undefined) {
    const message = `The result is too large: ${maxBytes} bytes are the most that is sent. Ask for less of it.`;
    return { jsonrpc: "2.0", id: response.id, error: { code: -32603, message } };
  }
  const serverInfo = _meta?.[SERVER_INFO_META_KEY];
  const result = {
    content: [{ type: "text", text }],
    isError: true,
    // 2026-07-28 requires both in every result.
    ...(resultType !== undefined && { resultType: "complete" }),
    ...(serverInfo !== undefined && { _meta: { [SERVER_INFO_META_KEY]: serverInfo } }),
  };
  return { ...response, result };
}

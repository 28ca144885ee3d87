import { type JSONRPCMessage, SERVER_INFO_META_KEY } from "@modelcontextprotocol/server";

/** The most that a piece of JSON can have in bytes, quickly: six for each character (`\u0000`). */
function mostBytesOf(value: unknown): number {
  if (typeof value === "string") return 2 + 6 * value.length;
  if (typeof value !== "object" || value === null) return 25;
  // What it turns itself into could be anything.
  if (typeof (value as { toJSON?: unknown }).toJSON === "function") return Number.POSITIVE_INFINITY;
  let most = 2;
  if (Array.isArray(value)) {
    for (let place = 0; place < value.length; place++) most += 1 + mostBytesOf(value[place]);
  } else {
    for (const name in value) most += 4 + 6 * name.length + mostBytesOf((value as Record<string, unknown>)[name]);
  }
  return most;
}

/** Whether a message is longer than that in JSON. Only one that comes near the limit is counted exactly. */
function isLonger(message: JSONRPCMessage, maxBytes: number): boolean {
  return mostBytesOf(message) > maxBytes && Buffer.byteLength(JSON.stringify(message)) > maxBytes;
}

/** The answer of a tool, or one that says that it is longer than `maxBytes` in JSON; the same object when it is not. */
export function withinLimit(answer: JSONRPCMessage, maxBytes: number): JSONRPCMessage {
  if (!isLonger(answer, maxBytes)) return answer;
  const text = `The tool's answer is too large: ${maxBytes} bytes are the most that is sent. Ask for less of it.`;
  if ("error" in answer) return { ...answer, error: { code: answer.error.code, message: text } };
  if (!("result" in answer)) return answer;
  const { resultType, _meta } = answer.result;
  const serverInfo = _meta?.[SERVER_INFO_META_KEY];
  const result = {
    content: [{ type: "text", text }],
    isError: true,
    // 2026-07-28 wants both in every result.
    ...(resultType !== undefined && { resultType: "complete" }),
    ...(serverInfo !== undefined && { _meta: { [SERVER_INFO_META_KEY]: serverInfo } }),
  };
  return { ...answer, result };
}

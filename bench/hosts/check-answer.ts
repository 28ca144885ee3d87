import type { Method } from "../requests.ts";

/** Throws for an answer other than the expected result: a fast error would win every comparison. */
export function checkAnswer(method: Method, tools: number, text: string): void {
  const json = text.startsWith("{") ? text : (/^data: (.+)$/m.exec(text)?.[1] ?? "null");
  const { result } = (JSON.parse(json) ?? {}) as { result?: { tools?: unknown[]; content?: { text?: string }[] } };
  const isRight = method === "tools/call" ? result?.content?.[0]?.text === "42" : result?.tools?.length === tools;
  if (!isRight) throw new Error(`${method} was answered with ${text.slice(0, 300)}`);
}

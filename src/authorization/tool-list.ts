import type { JSONRPCMessage } from "@modelcontextprotocol/server";

/** The answer to `tools/list` without the tools that its caller may not know of. */
export function withoutHiddenTools(answer: JSONRPCMessage, isListed: (tool: string) => boolean): JSONRPCMessage {
  if (!("result" in answer) || !Array.isArray(answer.result.tools)) return answer;
  const { result } = answer;
  const tools = (result.tools as Array<{ readonly name: string }>).filter(({ name }) => isListed(name));
  // What differs by caller must not be shared between them (MCP 2026-07-28, Caching).
  const scope = result.cacheScope === undefined ? {} : { cacheScope: "private" };
  return { ...answer, result: { ...result, tools, ...scope } };
}

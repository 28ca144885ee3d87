import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import { LISTS } from "../server/list-kinds.ts";
import type { Primitive } from "../server/operation.ts";

/** Whether a caller may know of a thing. */
export type IsListed = (primitive: Primitive, name: string) => boolean;

/** The answer to the request for a list without what its caller may not know of. */
export function withoutHidden(answer: JSONRPCMessage, method: string, isListed: IsListed): JSONRPCMessage {
  const kind = LISTS.get(method);
  const items = kind && "result" in answer ? answer.result[kind.member] : undefined;
  if (!kind || !("result" in answer) || !Array.isArray(items)) return answer;
  const { primitive, member, key } = kind;
  const listed = items.filter((item) => isListed(primitive, String(item?.[key])));
  // A filtered list is for its caller alone: no cache may give it to another (MCP 2026-07-28, Caching).
  const scope = answer.result.cacheScope === undefined ? {} : { cacheScope: "private" };
  return { ...answer, result: { ...answer.result, [member]: listed, ...scope } };
}

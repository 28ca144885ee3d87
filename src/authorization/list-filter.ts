import type { JSONRPCResponse } from "@modelcontextprotocol/server";
import { LISTS, type ListKind } from "../server/list-kinds.ts";
import type { Primitive } from "../server/operation.ts";

/** The place of a list in its result. */
type ListForm = Pick<ListKind, "primitive" | "key"> & { readonly member: string };

/** The requests whose answers list what their caller may not know of. */
export const FILTERED_LISTS: ReadonlyMap<string, ListForm> = new Map<string, ListForm>([
  ...LISTS,
  // The Skills extension (SEP-2640): skills are resources.
  ["skills/list", { primitive: "resource", member: "skills", key: "uri" }],
  ["resources/directory/read", { primitive: "resource", member: "resources", key: "uri" }],
]);

/** Whether a caller may know of a thing. */
export type IsListed = (primitive: Primitive, name: string) => boolean;

/** The answer to the request for a list without what its caller may not know of. */
export function withoutHidden(answer: JSONRPCResponse, method: string, isListed: IsListed): JSONRPCResponse {
  const kind = FILTERED_LISTS.get(method);
  const items = kind && "result" in answer ? answer.result[kind.member] : undefined;
  if (!kind || !("result" in answer) || !Array.isArray(items)) return answer;
  const { primitive, member, key } = kind;
  const listed = items.filter((item) => isListed(primitive, String(item?.[key])));
  // A filtered list is for its caller alone: no cache may give it to another (MCP 2026-07-28, Caching).
  const scope = answer.result.cacheScope === undefined ? {} : { cacheScope: "private" };
  return { ...answer, result: { ...answer.result, [member]: listed, ...scope } };
}

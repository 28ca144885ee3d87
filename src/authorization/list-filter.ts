import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import type { Primitive } from "../server/operation.ts";

/** The place of a list in its result. */
interface ListForm {
  readonly primitive: Primitive;
  readonly field: string;
  /** The field of an item that names it. */
  readonly key: string;
}

/** The methods that list what a server offers. */
export const LISTS: ReadonlyMap<string, ListForm> = new Map([
  ["tools/list", { primitive: "tool", field: "tools", key: "name" }],
  ["prompts/list", { primitive: "prompt", field: "prompts", key: "name" }],
  ["resources/list", { primitive: "resource", field: "resources", key: "uri" }],
  ["resources/templates/list", { primitive: "resourceTemplate", field: "resourceTemplates", key: "uriTemplate" }],
]);

/** Whether a caller may know of a thing. */
export type IsListed = (primitive: Primitive, name: string) => boolean;

/** The answer to the request for a list without what its caller may not know of. */
export function withoutHidden(answer: JSONRPCMessage, method: string, isListed: IsListed): JSONRPCMessage {
  const form = LISTS.get(method);
  const items = form && "result" in answer ? answer.result[form.field] : undefined;
  if (!form || !("result" in answer) || !Array.isArray(items)) return answer;
  const { primitive, field, key } = form;
  const listed = items.filter((item) => isListed(primitive, String(item?.[key])));
  // A filtered list is for its caller alone: no cache may give it to another (MCP 2026-07-28, Caching).
  const scope = answer.result.cacheScope === undefined ? {} : { cacheScope: "private" };
  return { ...answer, result: { ...answer.result, [field]: listed, ...scope } };
}

import type { Primitive } from "./operation.ts";

/** A list that the protocol has. */
export interface ListKind {
  readonly primitive: Primitive;
  /** The member of the result that holds the items. */
  readonly member: "tools" | "prompts" | "resources" | "resourceTemplates";
  /** The member of an item that names it. */
  readonly key: "name" | "uri" | "uriTemplate";
}

/** The lists of what a server offers, by their methods. */
export const LISTS: ReadonlyMap<string, ListKind> = new Map<string, ListKind>([
  ["tools/list", { primitive: "tool", member: "tools", key: "name" }],
  ["prompts/list", { primitive: "prompt", member: "prompts", key: "name" }],
  ["resources/list", { primitive: "resource", member: "resources", key: "uri" }],
  ["resources/templates/list", { primitive: "resourceTemplate", member: "resourceTemplates", key: "uriTemplate" }],
]);

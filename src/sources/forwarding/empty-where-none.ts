import { ProtocolError } from "@modelcontextprotocol/server";
import { JsonRpcCode } from "../../http/json-rpc.ts";
import type { JsonObject } from "./forwarded-request.ts";

/** A list that the protocol has. */
export interface ListKind {
  /** The member of the result that holds the items. */
  readonly member: "tools" | "prompts" | "resources" | "resourceTemplates";
  /** The member of an item that names it. */
  readonly key: "name" | "uri" | "uriTemplate";
}

/** The lists of the protocol, by their methods. */
export const LISTS: ReadonlyMap<string, ListKind> = new Map<string, ListKind>([
  ["tools/list", { member: "tools", key: "name" }],
  ["prompts/list", { member: "prompts", key: "name" }],
  ["resources/list", { member: "resources", key: "uri" }],
  ["resources/templates/list", { member: "resourceTemplates", key: "uriTemplate" }],
]);

/** The answer of a server that has nothing of a kind, such as no prompts, and does not know the method. Throws any other error. */
export const emptyWhereNone =
  ({ member }: ListKind) =>
  (error: unknown): JsonObject => {
    if (error instanceof ProtocolError && error.code === JsonRpcCode.METHOD_NOT_FOUND) return { [member]: [] };
    throw error;
  };

import { ProtocolError } from "@modelcontextprotocol/server";
import { JsonRpcCode } from "../../http/json-rpc.ts";
import type { ListKind } from "../../server/list-kinds.ts";
import type { JsonObject } from "./forwarded-request.ts";

/** The answer of a server that has nothing of a kind, such as no prompts, and does not know the method. Throws any other error. */
export const emptyWhereNone =
  ({ member }: ListKind) =>
  (error: unknown): JsonObject => {
    if (error instanceof ProtocolError && error.code === JsonRpcCode.METHOD_NOT_FOUND) return { [member]: [] };
    throw error;
  };

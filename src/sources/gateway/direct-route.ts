import {
  type Implementation,
  type JSONRPCMessage,
  type JSONRPCRequest,
  SERVER_INFO_META_KEY,
} from "@modelcontextprotocol/server";
import type { ServerFactory, ServerRoute } from "../../server/server-factory.ts";
import type { JsonObject } from "../forwarding/forwarded-request.ts";
import type { SourceNames } from "./naming.ts";
import { toOuterNotification, toOuterResult } from "./renamed-result.ts";
import { SourceContext } from "./source-context.ts";

export interface DirectRouteOptions {
  readonly names: SourceNames;
  readonly factories: ReadonlyMap<string, ServerFactory>;
  /** The name of the gateway. */
  readonly info: Implementation;
}

/** The route of a tool call to the server of the one source that it is for. Everything else is the gateway's own. */
export function directRoute(
  request: JSONRPCRequest,
  { names, factories, info }: DirectRouteOptions,
): ServerRoute | undefined {
  const { id, method, params } = request;
  const found = method === "tools/call" && typeof params?.name === "string" ? names.byName(params.name) : undefined;
  if (!found) return undefined;
  const { naming, inner } = found;
  const createSource = factories.get(naming.source) as ServerFactory;
  return {
    createServer: (context) => createSource(new SourceContext(context, naming)),
    toServer: (message) =>
      "method" in message && "id" in message && message.id === id
        ? { ...message, params: { ...message.params, name: inner } }
        : message,
    toClient(message: JSONRPCMessage) {
      if ("method" in message) return toOuterNotification(message, naming);
      if (message.id !== id || !("result" in message)) return message;
      const result = toOuterResult(method, message.result, naming);
      return { ...message, result: withInfo(result, message.result, info) };
    },
  };
}

/** The result with the name of the gateway, where the source gave its own. */
const withInfo = (result: JsonObject, { _meta }: JsonObject, info: Implementation): JsonObject =>
  typeof _meta === "object" && _meta !== null && SERVER_INFO_META_KEY in _meta
    ? { ...result, _meta: { ...(result._meta as object), [SERVER_INFO_META_KEY]: info } }
    : result;

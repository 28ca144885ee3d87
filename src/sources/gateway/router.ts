import { ProtocolError } from "@modelcontextprotocol/server";
import { JsonRpcCode } from "../../http/json-rpc.ts";
import { LISTS } from "../../server/list-kinds.ts";
import type { ForwardedRequest, JsonObject } from "../forwarding/forwarded-request.ts";
import { toToolError } from "../forwarding/result.ts";
import { mergedList } from "./merged-lists.ts";
import type { Naming, SourceNames } from "./naming.ts";
import { toOuterNotification, toOuterResult } from "./renamed-result.ts";
import type { OnSessionNotification, Route } from "./route.ts";

export interface RouterOptions {
  readonly names: SourceNames;
  /** Milliseconds for which a list waits for a source. */
  readonly listMs: number;
  /** Bytes that a list of several sources may have. */
  readonly maxListBytes: number;
}

type Router = (request: ForwardedRequest, onSessionNotification: OnSessionNotification) => Promise<JsonObject>;

/** Sends each request to the source that its name belongs to, and those for lists to all. */
export function createRouter(routes: readonly Route[], { names, listMs, maxListBytes }: RouterOptions): Router {
  return async (request, onSessionNotification) => {
    const sendTo = (route: Route, inner: ForwardedRequest): Promise<JsonObject> =>
      sendRenamed(route, inner, onSessionNotification);
    const list = LISTS.get(request.method);
    if (list) return mergedList(list, { request, routes, names, listMs, maxBytes: maxListBytes, sendTo });
    const target = targetOf(request, names);
    const route = target && routes.find(({ naming }) => naming === target.naming);
    if (route) return sendTo(route, { ...request, params: target.params });
    return unknown(request);
  };
}

async function sendRenamed(
  { naming, send }: Route,
  request: ForwardedRequest,
  onSessionNotification: OnSessionNotification,
): Promise<JsonObject> {
  const renamed: ForwardedRequest = {
    ...request,
    notify: (notification) => request.notify(toOuterNotification(notification, naming)),
  };
  const result = await send(renamed, (notification) =>
    onSessionNotification(toOuterNotification(notification, naming)),
  );
  return toOuterResult(request.method, result, naming);
}

interface Target {
  readonly naming: Naming;
  readonly params: ForwardedRequest["params"];
}

/** The source that a request is for, and its parameters there. */
function targetOf({ method, params }: ForwardedRequest, names: SourceNames): Target | undefined {
  const byName = (name: unknown) => (typeof name === "string" ? names.byName(name) : undefined);
  const byUri = (uri: unknown) => (typeof uri === "string" ? names.byUri(uri) : undefined);
  if (method === "completion/complete") {
    const ref = (params.ref ?? {}) as JsonObject;
    const found = ref.type === "ref/resource" ? byUri(ref.uri) : byName(ref.name);
    const inner = ref.type === "ref/resource" ? { uri: found?.inner } : { name: found?.inner };
    return found && { naming: found.naming, params: { ...params, ref: { ...ref, ...inner } } };
  }
  if (method.startsWith("tasks/")) {
    const [, source, taskId] = /^([^.]*)\.(.*)$/s.exec(String(params.taskId)) ?? [];
    const naming = names.all.find((candidate) => candidate.source === source);
    return naming && { naming, params: { ...params, taskId } };
  }
  if (method.startsWith("resources/")) {
    const found = byUri(params.uri);
    return found && { naming: found.naming, params: { ...params, uri: found.inner } };
  }
  const found = byName(params.name);
  return found && { naming: found.naming, params: { ...params, name: found.inner } };
}

/** The SDK's words for a name that nothing has. */
function unknown({ method, params }: ForwardedRequest): JsonObject {
  if (method === "tools/call") return toToolError(`Tool ${params.name} not found`);
  if (method.startsWith("tasks/"))
    throw new ProtocolError(JsonRpcCode.INVALID_PARAMS, `Unknown task: ${params.taskId}`);
  const name = params.name ?? params.uri ?? "that";
  throw new ProtocolError(
    JsonRpcCode.INVALID_PARAMS,
    `${method.startsWith("resources/") ? "Resource" : "Prompt"} ${name} not found`,
  );
}

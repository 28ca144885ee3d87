import { SERVER_INFO_META_KEY } from "@modelcontextprotocol/server";
import { isRecord } from "../../http/json-rpc.ts";
import type { JsonObject } from "../forwarding/forwarded-request.ts";
import type { Naming } from "./naming.ts";

/** A result of a source under the names of the gateway. Texts stay as they are. */
export function toOuterResult(method: string, result: JsonObject, naming: Naming): JsonObject {
  const own = withOuterTask(withoutServerInfo(result), naming);
  switch (method) {
    case "tools/list":
      return {
        ...own,
        tools: mapped(own.tools, (tool) => withOuterTemplate({ ...tool, name: outerName(tool) }, naming)),
      };
    case "prompts/list":
      return { ...own, prompts: mapped(own.prompts, (prompt) => ({ ...prompt, name: outerName(prompt) })) };
    case "resources/list":
      return { ...own, resources: mapped(own.resources, (item) => withOuterUri(item, naming)) };
    case "resources/templates/list":
      return {
        ...own,
        resourceTemplates: mapped(own.resourceTemplates, (item) => ({
          ...item,
          uriTemplate: `${naming.uriPrefix}${item.uriTemplate}`,
        })),
      };
    case "resources/read":
      return {
        ...own,
        ...(own.contents !== undefined && { contents: mapped(own.contents, (item) => withOuterUri(item, naming)) }),
      };
    case "tools/call":
      return withOuterContent(own, naming);
    case "prompts/get":
      return {
        ...own,
        ...(own.messages !== undefined && {
          messages: mapped(own.messages, (message) => ({ ...message, content: outerBlock(message.content, naming) })),
        }),
      };
    case "tasks/get":
      return isRecord(own.result) ? { ...own, result: withOuterContent(own.result, naming) } : own;
    default:
      return own;
  }

  function outerName({ name }: JsonObject): string {
    return `${naming.prefix}${name}`;
  }
}

interface AnyNotification {
  readonly method: string;
  readonly params?: unknown;
}

/** A notification of a source under the names of the gateway. */
export function toOuterNotification<Notification extends AnyNotification>(
  notification: Notification,
  naming: Naming,
): Notification {
  const { method, params } = notification;
  if (method !== "notifications/resources/updated" || !isRecord(params)) return notification;
  return { ...notification, params: withOuterUri(params, naming) };
}

/** A task that the source began, or told of, under a name that says whose it is. */
const withOuterTask = (result: JsonObject, { source }: Naming): JsonObject =>
  typeof result.taskId === "string" ? { ...result, taskId: `${source}.${result.taskId}` } : result;

/** The client talks to the gateway, which says itself who it is. */
function withoutServerInfo(result: JsonObject): JsonObject {
  if (!isRecord(result._meta) || !(SERVER_INFO_META_KEY in result._meta)) return result;
  const { [SERVER_INFO_META_KEY]: _info, ..._meta } = result._meta;
  return { ...result, _meta };
}

/** The items of a list, mapped. Anything else stays as it is, for the SDK to refuse. */
const mapped = (list: unknown, map: (item: JsonObject) => JsonObject): unknown =>
  Array.isArray(list) ? list.map((item: unknown) => (isRecord(item) ? map(item) : item)) : list;

const withOuterUri = (item: JsonObject, { uriPrefix }: Naming): JsonObject =>
  typeof item.uri === "string" ? { ...item, uri: `${uriPrefix}${item.uri}` } : item;

/** The tool with the address of its user interface (MCP Apps) under the gateway's names. */
function withOuterTemplate(tool: JsonObject, naming: Naming): JsonObject {
  const { _meta } = tool;
  if (!isRecord(_meta) || !isRecord(_meta.ui) || typeof _meta.ui.resourceUri !== "string") return tool;
  const ui = { ..._meta.ui, resourceUri: `${naming.uriPrefix}${_meta.ui.resourceUri}` };
  return { ...tool, _meta: { ..._meta, ui } };
}

const withOuterContent = (result: JsonObject, naming: Naming): JsonObject =>
  Array.isArray(result.content)
    ? { ...result, content: result.content.map((block: unknown) => outerBlock(block, naming)) }
    : result;

function outerBlock(block: unknown, naming: Naming): unknown {
  if (!isRecord(block)) return block;
  if (block.type === "resource_link") return withOuterUri(block, naming);
  if (block.type === "resource" && isRecord(block.resource)) {
    return { ...block, resource: withOuterUri(block.resource, naming) };
  }
  return block;
}

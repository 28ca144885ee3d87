import { isRecord } from "../../http/json-rpc.ts";
import type { ListKind } from "../../server/list-kinds.ts";
import type { ForwardedRequest, JsonObject } from "./forwarded-request.ts";

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isFlag: Check = (value) => typeof value === "boolean";
const isNumber: Check = (value) => typeof value === "number";
const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
/** An object whose fields pass, where it has them. */
const fields = (optional: Readonly<Record<string, Check>>, needed: Readonly<Record<string, Check>> = {}): Check => {
  const checks = Object.entries(optional);
  const neededChecks = Object.entries(needed);
  return (value) =>
    isRecord(value) &&
    neededChecks.every(([field, check]) => check(value[field])) &&
    checks.every(([field, check]) => value[field] === undefined || check(value[field]));
};

const icons = listOf(fields({ mimeType: isText, sizes: listOf(isText) }, { src: isText }));
const COMMON = { title: isText, description: isText, _meta: isRecord, icons };
const isObjectSchema = (property: Check): Check =>
  fields(
    { properties: (value) => isRecord(value) && Object.values(value).every(property), required: listOf(isText) },
    { type: oneOf("object") },
  );
const toolHints = {
  title: isText,
  readOnlyHint: isFlag,
  destructiveHint: isFlag,
  idempotentHint: isFlag,
  openWorldHint: isFlag,
};
const execution = fields({ taskSupport: oneOf("required", "optional", "forbidden") });
const tool = (property: Check, outputSchema: Check): Check =>
  fields(
    { ...COMMON, outputSchema, annotations: fields(toolHints), execution },
    { inputSchema: isObjectSchema(property) },
  );
const resourceFields = {
  ...COMMON,
  mimeType: isText,
  size: isNumber,
  annotations: fields({
    audience: listOf(oneOf("user", "assistant")),
    priority: (value) => typeof value === "number" && value >= 0 && value <= 1,
    lastModified: (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(value),
  }),
};
const resource = fields(resourceFields, { name: isText });
const promptArgument = fields({ title: isText, description: isText, required: isFlag }, { name: isText });

const isSchema: Check = (value) => typeof value === "boolean" || isRecord(value);
/** The schemas of the specification, as far as clients check them. Those of 2025 want objects where 2026-07-28 takes every JSON Schema. */
const CHECKS: Readonly<Record<ForwardedRequest["era"], Readonly<Record<ListKind["member"], Check>>>> = (() => {
  const others = {
    prompts: fields({ ...COMMON, arguments: listOf(promptArgument) }),
    resources: resource,
    resourceTemplates: resource,
  };
  return {
    modern: { ...others, tools: tool(isSchema, isRecord) },
    legacy: { ...others, tools: tool(isRecord, isObjectSchema(isRecord)) },
  };
})();

/** Names and URIs that are longer are left out. */
const MAX_KEY_LENGTH = 1_024;

/** Whether clients take an item of a list. For one that they do not, they refuse the whole list (MCP 2025-11-25 and 2026-07-28, Schema). */
export function isListItem(item: unknown, { member, key }: ListKind, era: ForwardedRequest["era"]): item is JsonObject {
  if (!isRecord(item)) return false;
  const name = item[key];
  return typeof name === "string" && name !== "" && name.length <= MAX_KEY_LENGTH && CHECKS[era][member](item);
}

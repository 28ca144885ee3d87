import { isRecord } from "../../http/json-rpc.ts";
import type { JsonObject } from "../forwarding/forwarded-request.ts";
import { NoTool } from "./no-tool.ts";
import type { Parameter } from "./operation.ts";
import { type OpenApiDocument, resolved } from "./read-document.ts";

/** Parameters of the path, replaced by those of the operation with the same name and place. */
export function parametersOf(document: OpenApiDocument, lists: readonly unknown[]): JsonObject[] {
  const found = new Map<string, JsonObject>();
  for (const item of lists.flatMap((list) => (Array.isArray(list) ? list : []))) {
    const parameter = resolved(document, item);
    found.set(`${parameter.in} ${parameter.name}`, parameter);
  }
  // OpenAPI 3.1, Parameter Object: these three are not described as parameters.
  return [...found.values()].filter(
    ({ in: place, name }) => place !== "header" || !/^(accept|content-type|authorization)$/i.test(String(name)),
  );
}

export function argumentFor({ name, in: place }: JsonObject, taken: object): string {
  const plain = String(name).replaceAll(/[^\w.-]/g, "_");
  return Object.hasOwn(taken, plain) || plain === "body" ? `${place}_${plain}` : plain;
}

/** A schema, or that of the one media type in its place. */
export const schemaOf = ({ schema, content }: JsonObject): unknown =>
  schema ?? (isRecord(content) ? (Object.values(content)[0] as JsonObject | undefined)?.schema : undefined);

/** Headers that belong to the connection. */
const RESERVED = /^(host|connection|content-length|transfer-encoding|te|trailer|upgrade|keep-alive|cookie|proxy-.*)$/i;

export function toParameter(parameter: JsonObject, argument: string): Parameter {
  const { name, in: place, required, style, explode, content } = parameter;
  if (typeof name !== "string" || typeof place !== "string" || !/^(path|query|header|cookie)$/.test(place)) {
    throw new NoTool("it has a parameter without a name or a place");
  }
  if (place === "header" && (RESERVED.test(name) || !/^[\w-]+$/.test(name))) {
    throw new NoTool(`its header ${JSON.stringify(name)} cannot be set`);
  }
  const usual = place === "query" || place === "cookie" ? "form" : "simple";
  const chosen = typeof style === "string" ? style : usual;
  if (!/^(form|simple|deepObject|spaceDelimited|pipeDelimited)$/.test(chosen)) {
    throw new NoTool(`its parameter ${name} is written in the style ${chosen}`);
  }
  return {
    argument,
    name,
    in: place as Parameter["in"],
    required: place === "path" || required === true,
    style: chosen,
    explode: typeof explode === "boolean" ? explode : chosen === "form" || chosen === "deepObject",
    isJson: isRecord(content),
  };
}

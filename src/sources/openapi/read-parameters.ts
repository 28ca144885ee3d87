import { isRecord } from "../../http/json-rpc.ts";
import type { JsonObject } from "../forwarding/forwarded-request.ts";
import { NoTool } from "./no-tool.ts";
import type { Parameter } from "./operation.ts";
import { type OpenApiDocument, resolved } from "./read-document.ts";

/** Parameters that the deployment sets itself: `query key`, `header x-key`. */
export type FixedParameters = ReadonlySet<string>;

/** Parameters of the path, replaced by those of the operation with the same name and place, but for those that are `fixed`. */
export function parametersOf(
  document: OpenApiDocument,
  lists: readonly unknown[],
  fixed: FixedParameters,
): JsonObject[] {
  const found = new Map<string, JsonObject>();
  for (const item of lists.flatMap((list) => (Array.isArray(list) ? list : []))) {
    const parameter = resolved(document, item);
    found.set(`${parameter.in} ${parameter.name}`, parameter);
  }
  // OpenAPI 3.1, Parameter Object: these three are not described as parameters.
  return [...found.values()].filter(
    ({ in: place, name }) =>
      !fixed.has(`${place} ${place === "header" ? String(name).toLowerCase() : name}`) &&
      (place !== "header" || !/^(accept|content-type|authorization)$/i.test(String(name))),
  );
}

/** Characters that the name of an argument may have for clients and their models. */
const MAX_ARGUMENT = 64;

/** The argument for a parameter: its name, and before it its place where that is taken. */
export function argumentFor({ name, in: place }: JsonObject, taken: object): string {
  const plain = String(name)
    .replaceAll(/[^\w.-]/g, "_")
    .slice(0, MAX_ARGUMENT);
  const isTaken = (argument: string): boolean => Object.hasOwn(taken, argument) || argument === "body";
  if (!isTaken(plain)) return plain;
  const placed = `${place}_${plain}`.slice(0, MAX_ARGUMENT - 4);
  let argument = placed;
  for (let n = 2; isTaken(argument); n++) argument = `${placed}_${n}`;
  return argument;
}

/** A schema, or that of the one media type in its place. */
export const schemaOf = ({ schema, content }: JsonObject): unknown =>
  schema ?? (isRecord(content) ? (Object.values(content)[0] as JsonObject | undefined)?.schema : undefined);

/** Headers that belong to the connection. */
const RESERVED = /^(host|connection|content-length|transfer-encoding|te|trailer|upgrade|keep-alive|cookie|proxy-.*)$/i;

export function toParameter(parameter: JsonObject, argument: string): Parameter {
  const { name, in: place, required, style, explode, content } = parameter;
  // OpenAPI 3.2: one parameter for the whole query.
  if (place === "querystring") throw new NoTool("its query is one parameter");
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

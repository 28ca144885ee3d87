import { matchesGlob } from "node:path";
import { isRecord } from "../../http/json-rpc.ts";
import type { JsonObject } from "../forwarding/forwarded-request.ts";
import { SchemaConverter } from "./json-schema.ts";
import { FORM, isJsonType } from "./media-types.ts";
import { NoTool } from "./no-tool.ts";
import type { Operation, RequestBody, SkippedOperation } from "./operation.ts";
import { type OpenApiDocument, resolved } from "./read-document.ts";
import { argumentFor, type FixedParameters, parametersOf, schemaOf, toParameter } from "./read-parameters.ts";

export interface OperationFilter {
  /** Names of tools to offer, with `*`: `["getPet*"]`. Default: all. */
  readonly include?: readonly string[];
  /** Names of tools to leave out. Default: none. */
  readonly exclude?: readonly string[];
}

export interface ReadOperations {
  readonly operations: readonly Operation[];
  readonly skipped: readonly SkippedOperation[];
}

const METHODS = ["get", "put", "post", "delete", "patch", "head", "options", "trace", "query"] as const;

/** The operations of a document as tools without the parameters that are fixed, and those that cannot be one with the reason. */
export function readOperations(
  document: OpenApiDocument,
  { include, exclude = [] }: OperationFilter,
  fixed: FixedParameters = new Set(),
): ReadOperations {
  const operations: Operation[] = [];
  const skipped: SkippedOperation[] = [];
  const names = new Set<string>();
  for (const [path, item] of Object.entries(document.root.paths as JsonObject)) {
    const pathItem = resolved(document, item);
    for (const [method, definition] of definitionsIn(pathItem)) {
      const name = uniqueName(definition.operationId, { method, path }, names);
      const matches = (globs: readonly string[]): boolean => globs.some((glob) => matchesGlob(name, glob));
      if ((include && !matches(include)) || matches(exclude)) continue;
      try {
        operations.push(toOperation(document, { name, method, path, definition, pathItem, fixed }));
      } catch (error) {
        if (!(error instanceof NoTool)) throw error;
        skipped.push({ operation: `${method.toUpperCase()} ${path}`, reason: error.message });
      }
    }
  }
  return { operations, skipped };
}

/** The operations of a path, by their methods; OpenAPI 3.2 has those of further methods in a place of their own. */
function definitionsIn(pathItem: JsonObject): [method: string, definition: JsonObject][] {
  const further = isRecord(pathItem.additionalOperations) ? Object.entries(pathItem.additionalOperations) : [];
  const all = [...METHODS.map((method) => [method, pathItem[method]] as const), ...further];
  return all.flatMap(([method, definition]) => (isRecord(definition) ? [[method, definition]] : []));
}

/** The part of a text that every client takes in a name. */
const nameFrom = (text: string): string =>
  text
    .replaceAll(/[^\w-]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, 60);

/** The operation's id, or its method and path, in characters that every client takes. */
function uniqueName(id: unknown, { method, path }: { method: string; path: string }, names: Set<string>): string {
  const base = (typeof id === "string" && nameFrom(id)) || nameFrom(`${method}${path}`);
  let name = base;
  for (let n = 2; names.has(name); n++) name = `${base}_${n}`;
  names.add(name);
  return name;
}

interface Definition {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly definition: JsonObject;
  readonly pathItem: JsonObject;
  readonly fixed: FixedParameters;
}

/** Methods that `fetch` refuses to send. */
const UNSENDABLE = /^(trace|track|connect)$/i;

function toOperation(document: OpenApiDocument, from: Definition): Operation {
  const { name, method, path, definition, pathItem, fixed } = from;
  if (UNSENDABLE.test(method)) throw new NoTool(`its method is ${method.toUpperCase()}`);
  refuseOtherServer(document, definition.servers ?? pathItem.servers);
  const converter = new SchemaConverter(document, "request");
  const properties: Record<string, unknown> = {};
  const parameters = parametersOf(document, [pathItem.parameters, definition.parameters], fixed).map((parameter) => {
    const argument = argumentFor(parameter, properties);
    properties[argument] = withDescription(converter.convert(schemaOf(parameter) ?? {}), parameter.description);
    return toParameter(parameter, argument);
  });
  for (const [, needed] of path.matchAll(/\{([^}]+)\}/g)) {
    const isKnown = parameters.some((parameter) => parameter.in === "path" && parameter.name === needed);
    if (!isKnown) throw new NoTool(`its path needs ${needed}, which is no parameter`);
  }
  const requestBody = resolved(document, definition.requestBody);
  const body = toBody(requestBody, method);
  if (body) {
    const schema = resolvedMedia(requestBody, body.mediaType)?.schema ?? {};
    properties.body = withDescription(converter.convert(schema), requestBody.description);
  }
  const required = [
    ...parameters.filter((parameter) => parameter.required).map(({ argument }) => argument),
    ...(body?.required ? ["body"] : []),
  ];
  const inputSchema = {
    type: "object",
    properties,
    ...(required.length > 0 && { required }),
    additionalProperties: false,
    ...(converter.definitions && { $defs: converter.definitions }),
  };
  const outputSchema = outputSchemaOf(document, definition);
  const title = typeof definition.summary === "string" ? definition.summary.slice(0, 120) : undefined;
  const tool = {
    name,
    ...(title && { title }),
    description: descriptionOf(from),
    inputSchema,
    ...(outputSchema && { outputSchema }),
    annotations: annotationsOf(method),
  };
  return { method: method.toUpperCase(), path, parameters, body, tool };
}

/** A token that is meant for one server is sent to no other (OpenAPI 3.1, Operation Object, `servers`). */
function refuseOtherServer({ root }: OpenApiDocument, servers: unknown): void {
  if (!Array.isArray(servers) || servers.length === 0) return;
  const [own, common] = [servers, root.servers].map((list) =>
    Array.isArray(list) && isRecord(list[0]) ? list[0].url : undefined,
  );
  if (own !== common) throw new NoTool(`it has a server of its own, ${own}`);
}

function toBody({ content, required }: JsonObject, method: string): RequestBody | undefined {
  if (!isRecord(content) || Object.keys(content).length === 0) return undefined;
  if (/^(get|head)$/i.test(method)) {
    // OpenAPI 3.1, Operation Object: such a body has no meaning that servers agree on, and `fetch` sends none.
    if (required === true) throw new NoTool(`its ${method.toUpperCase()} needs a body`);
    return undefined;
  }
  const types = Object.keys(content);
  const mediaType =
    types.find(isJsonType) ?? types.find((type) => type === FORM) ?? types.find((type) => type.startsWith("text/"));
  if (mediaType === undefined) throw new NoTool(`its body is ${types.join(" or ")}`);
  return { mediaType: mediaType === "*/*" ? "application/json" : mediaType, required: required === true };
}

const resolvedMedia = ({ content }: JsonObject, mediaType: string): JsonObject | undefined => {
  const entries = isRecord(content) ? content : {};
  return (entries[mediaType] ?? entries["*/*"]) as JsonObject | undefined;
};

/**
 * The schema of every success, where they have one and it is that of a JSON object: the protocol has structured content for
 * objects alone, and a tool that promises it must keep that.
 */
function outputSchemaOf(document: OpenApiDocument, { responses }: JsonObject): JsonObject | undefined {
  const successes = Object.entries(isRecord(responses) ? responses : {}).filter(([code]) => /^2(\d\d|XX)$/i.test(code));
  const schemas = successes.map(([, response]) => {
    const { content } = resolved(document, response);
    const type = isRecord(content) ? Object.keys(content).find(isJsonType) : undefined;
    return type === undefined ? undefined : ((content as JsonObject)[type] as JsonObject).schema;
  });
  const [schema] = schemas;
  if (new Set(schemas.map((other) => JSON.stringify(other))).size !== 1) return undefined;
  if (resolved(document, schema).type !== "object") return undefined;
  const converter = new SchemaConverter(document, "answer");
  const converted = converter.convert(resolved(document, schema)) as JsonObject;
  return { ...converted, type: "object", ...(converter.definitions && { $defs: converter.definitions }) };
}

function withDescription(schema: unknown, description: unknown): unknown {
  if (typeof description !== "string" || !isRecord(schema) || "description" in schema) return schema;
  return { ...schema, description: description.slice(0, 1_024) };
}

function descriptionOf({ definition: { summary, description, deprecated }, method, path }: Definition): string {
  const texts = [summary, description === summary ? undefined : description].filter((text) => typeof text === "string");
  const text = texts.join("\n\n").trim() || `${method.toUpperCase()} ${path}`;
  return `${deprecated === true ? "Deprecated. " : ""}${text}`.slice(0, 2_048);
}

/** Hints from what methods mean (RFC 9110 §9.2). A POST or PATCH may do anything. */
function annotationsOf(method: string): JsonObject {
  const isReadOnly = /^(get|head|options|query)$/.test(method);
  const isIdempotent = isReadOnly || /^(put|delete)$/.test(method);
  return {
    readOnlyHint: isReadOnly,
    ...(!isReadOnly && { destructiveHint: true }),
    idempotentHint: isIdempotent,
    openWorldHint: true,
  };
}

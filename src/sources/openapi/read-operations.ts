import { matchesGlob } from "node:path";
import { isRecord } from "../../http/json-rpc.ts";
import type { JsonObject } from "../forwarding/forwarded-request.ts";
import { SchemaConverter } from "./json-schema.ts";
import { FORM, isJsonType } from "./media-types.ts";
import { NoTool } from "./no-tool.ts";
import type { Operation, RequestBody, SkippedOperation } from "./operation.ts";
import { type OpenApiDocument, resolved } from "./read-document.ts";
import { argumentFor, parametersOf, schemaOf, toParameter } from "./read-parameters.ts";

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

const METHODS = ["get", "put", "post", "delete", "patch", "head", "options"] as const;

/** The operations of a document as tools, and those that cannot be one with the reason. */
export function readOperations(document: OpenApiDocument, { include, exclude = [] }: OperationFilter): ReadOperations {
  const operations: Operation[] = [];
  const skipped: SkippedOperation[] = [];
  const names = new Set<string>();
  for (const [path, item] of Object.entries(document.root.paths as JsonObject)) {
    const pathItem = resolved(document, item);
    for (const method of METHODS) {
      const definition = pathItem[method];
      if (!isRecord(definition)) continue;
      const name = uniqueName(definition.operationId, { method, path }, names);
      const matches = (globs: readonly string[]): boolean => globs.some((glob) => matchesGlob(name, glob));
      if ((include && !matches(include)) || matches(exclude)) continue;
      try {
        operations.push(toOperation(document, { name, method, path, definition, pathItem }));
      } catch (error) {
        if (!(error instanceof NoTool)) throw error;
        skipped.push({ operation: `${method.toUpperCase()} ${path}`, reason: error.message });
      }
    }
  }
  return { operations, skipped };
}

/** The operation's id, or its method and path, in characters that every client takes. */
function uniqueName(id: unknown, { method, path }: { method: string; path: string }, names: Set<string>): string {
  const base = (typeof id === "string" && id !== "" ? id : `${method}${path}`)
    .replaceAll(/[^\w-]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, 60);
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
}

function toOperation(document: OpenApiDocument, from: Definition): Operation {
  const { name, method, path, definition, pathItem } = from;
  const converter = new SchemaConverter(document);
  const properties: Record<string, unknown> = {};
  const parameters = parametersOf(document, [pathItem.parameters, definition.parameters]).map((parameter) => {
    const argument = argumentFor(parameter, properties);
    properties[argument] = withDescription(converter.convert(schemaOf(parameter) ?? {}), parameter.description);
    return toParameter(parameter, argument);
  });
  for (const [, needed] of path.matchAll(/\{([^}]+)\}/g)) {
    const isKnown = parameters.some((parameter) => parameter.in === "path" && parameter.name === needed);
    if (!isKnown) throw new NoTool(`its path needs ${needed}, which is no parameter`);
  }
  const requestBody = resolved(document, definition.requestBody);
  const body = toBody(requestBody);
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

function toBody({ content, required }: JsonObject): RequestBody | undefined {
  if (!isRecord(content) || Object.keys(content).length === 0) return undefined;
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

/** The schema of a success, where it is that of a JSON object: the protocol has structured content for objects alone. */
function outputSchemaOf(document: OpenApiDocument, { responses }: JsonObject): JsonObject | undefined {
  const codes = isRecord(responses) ? responses : {};
  const success = Object.keys(codes).find((code) => /^2(\d\d|XX)$/i.test(code));
  const { content } = resolved(document, success === undefined ? undefined : codes[success]);
  const type = isRecord(content) ? Object.keys(content).find(isJsonType) : undefined;
  const schema = type === undefined ? undefined : ((content as JsonObject)[type] as JsonObject).schema;
  if (resolved(document, schema).type !== "object") return undefined;
  const converter = new SchemaConverter(document);
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
  const isReadOnly = /^(get|head|options)$/.test(method);
  const isIdempotent = isReadOnly || /^(put|delete)$/.test(method);
  return {
    readOnlyHint: isReadOnly,
    ...(!isReadOnly && { destructiveHint: true }),
    idempotentHint: isIdempotent,
    openWorldHint: true,
  };
}

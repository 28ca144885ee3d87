import { isRecord } from "../../http/json-rpc.ts";
import type { JsonObject } from "../forwarding/forwarded-request.ts";
import { type OpenApiDocument, resolved } from "./read-document.ts";

/** Members of a schema that say nothing of the values that fit it, or that only OpenAPI knows. */
const LEFT_OUT = new Set([
  "nullable",
  "discriminator",
  "xml",
  "externalDocs",
  "example",
  "examples",
  "deprecated",
  "$schema",
]);
const SCHEMAS = "#/components/schemas/";

/** Converts schemas of a document to JSON Schema, each with the definitions that it needs. */
export class SchemaConverter {
  readonly #document: OpenApiDocument;
  readonly #definitions = new Map<string, unknown>();

  constructor(document: OpenApiDocument) {
    this.#document = document;
  }

  /** The schema in JSON Schema 2020-12, whose references point into `definitions`. */
  convert(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map((item) => this.convert(item));
    if (!isRecord(schema)) return schema;
    const { $ref } = schema;
    if (typeof $ref === "string") return this.#reference($ref);
    const converted: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(schema)) {
      if (LEFT_OUT.has(key) || key.startsWith("x-")) continue;
      converted[key] = isNamed(key) ? this.#mapped(value) : isSchema(key) ? this.convert(value) : value;
    }
    return this.#document.isVersion30 ? fromVersion30(schema, converted) : converted;
  }

  /** The definitions that the schemas converted so far refer to. */
  get definitions(): JsonObject | undefined {
    return this.#definitions.size === 0 ? undefined : Object.fromEntries(this.#definitions);
  }

  #reference($ref: string): JsonObject {
    const name = ($ref.startsWith(SCHEMAS) ? $ref.slice(SCHEMAS.length) : $ref.slice(2)).replaceAll(/[^\w.-]/g, "_");
    if (!this.#definitions.has(name)) {
      // Before it is converted, because it may refer to itself.
      this.#definitions.set(name, {});
      this.#definitions.set(name, this.convert(resolved(this.#document, { $ref })));
    }
    return { $ref: `#/$defs/${name}` };
  }

  #mapped(value: unknown): unknown {
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, schema]) => [key, this.convert(schema)]));
  }
}

/** Members that hold schemas by name. */
const isNamed = (key: string): boolean =>
  /^(properties|patternProperties|\$defs|definitions|dependentSchemas)$/.test(key);
/** Members that hold a schema, or a list of them. */
const isSchema = (key: string): boolean =>
  /^(items|prefixItems|contains|additionalProperties|propertyNames|allOf|anyOf|oneOf|not|if|then|else|unevaluated\w+)$/.test(
    key,
  );

/** OpenAPI 3.0.3, Schema Object: where it differs from JSON Schema. */
function fromVersion30(schema: JsonObject, converted: Record<string, unknown>): JsonObject {
  for (const [limit, exclusive] of [
    ["minimum", "exclusiveMinimum"],
    ["maximum", "exclusiveMaximum"],
  ] as const) {
    if (typeof schema[exclusive] !== "boolean") continue;
    delete converted[exclusive];
    if (!schema[exclusive]) continue;
    converted[exclusive] = converted[limit];
    delete converted[limit];
  }
  if (schema.nullable !== true) return converted;
  if (Array.isArray(converted.enum) && !converted.enum.includes(null)) converted.enum = [...converted.enum, null];
  if (typeof converted.type === "string") return { ...converted, type: [converted.type, "null"] };
  return { anyOf: [converted, { type: "null" }] };
}

import { isRecord } from "../../http/json-rpc.ts";
import type { JsonObject } from "../forwarding/forwarded-request.ts";
import { invalid, type OpenApiDocument, resolved } from "./read-document.ts";

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
  // It would move the references below it.
  "$id",
]);
const SCHEMAS = "#/components/schemas/";
const HOLDS_ITSELF =
  "has a schema that holds itself: give the document with its references, not with what they lead to";

/** Converts schemas of a document to JSON Schema, each with the definitions that it needs. */
export class SchemaConverter {
  readonly #document: OpenApiDocument;
  /** Marks properties that are only in values of the other direction: of answers, or of requests. */
  readonly #leftOut: "readOnly" | "writeOnly";
  readonly #definitions = new Map<string, unknown>();
  readonly #names = new Map<string, string>();
  /** The schemas that are being converted, each inside the one before it. */
  #open = new Set<object>();

  constructor(document: OpenApiDocument, direction: "request" | "answer") {
    this.#document = document;
    this.#leftOut = direction === "request" ? "readOnly" : "writeOnly";
  }

  /** The schema in JSON Schema 2020-12, whose references point into `definitions`. Throws SERVER_INVALID. */
  convert(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map((item) => this.convert(item));
    if (!isRecord(schema)) return schema;
    if (this.#open.has(schema)) throw invalid(this.#document.name, HOLDS_ITSELF);
    this.#open.add(schema);
    try {
      return this.#converted(schema);
    } finally {
      this.#open.delete(schema);
    }
  }

  /** The definitions that the schemas converted so far refer to. */
  get definitions(): JsonObject | undefined {
    return this.#definitions.size === 0 ? undefined : Object.fromEntries(this.#definitions);
  }

  #converted(schema: JsonObject): unknown {
    const { $ref, ...siblings } = schema;
    const reference = typeof $ref === "string" ? this.#reference($ref) : undefined;
    // In 3.0, what stands beside a reference counts for nothing.
    if (reference && this.#document.isVersion30) return reference;
    const converted: Record<string, unknown> = { ...reference };
    for (const [key, value] of Object.entries(this.#withoutOtherDirection(reference ? siblings : schema))) {
      if (LEFT_OUT.has(key) || key.startsWith("x-")) continue;
      converted[key] = isNamed(key) ? this.#mapped(value) : isSchema(key) ? this.convert(value) : value;
    }
    return this.#document.isVersion30 ? fromVersion30(schema, converted) : converted;
  }

  #reference($ref: string): JsonObject {
    const name = this.#nameOf($ref);
    if (!this.#definitions.has(name)) {
      // Before it is converted, because it may refer to itself.
      this.#definitions.set(name, {});
      const outer = this.#open;
      this.#open = new Set();
      this.#definitions.set(name, this.convert(resolved(this.#document, { $ref })));
      this.#open = outer;
    }
    return { $ref: `#/$defs/${name}` };
  }

  /** A name of a definition, which two references never share. */
  #nameOf($ref: string): string {
    const known = this.#names.get($ref);
    if (known !== undefined) return known;
    const plain = ($ref.startsWith(SCHEMAS) ? $ref.slice(SCHEMAS.length) : $ref.slice(2)).replaceAll(/[^\w.-]/g, "_");
    const taken = new Set(this.#names.values());
    let name = plain;
    for (let n = 2; taken.has(name); n++) name = `${plain}_${n}`;
    this.#names.set($ref, name);
    return name;
  }

  /** OpenAPI 3.1, Schema Object: who sends a request leaves out what is only read, and may not be asked for it. */
  #withoutOtherDirection(schema: JsonObject): JsonObject {
    const { properties, required } = schema;
    if (!isRecord(properties)) return schema;
    const isOther = (name: unknown): boolean => {
      const property = Object.hasOwn(properties, String(name)) ? properties[String(name)] : undefined;
      return [property, resolved(this.#document, property)].some(
        (part) => isRecord(part) && part[this.#leftOut] === true,
      );
    };
    return {
      ...schema,
      properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !isOther(name))),
      ...(Array.isArray(required) && { required: required.filter((name) => !isOther(name)) }),
    };
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
  /^(items|prefixItems|contains|additionalProperties|propertyNames|allOf|anyOf|oneOf|not|if|then|else|contentSchema|unevaluated\w+)$/.test(
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

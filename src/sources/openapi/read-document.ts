import { readFileSync } from "node:fs";
import { AnycloudError } from "../../errors.ts";
import { isRecord } from "../../http/json-rpc.ts";
import type { JsonObject } from "../forwarding/forwarded-request.ts";

/** An OpenAPI document, as far as it is read here. */
export interface OpenApiDocument {
  /** For messages. */
  readonly name: string;
  /** 3.0 writes schemas in a dialect of its own. */
  readonly isVersion30: boolean;
  readonly root: JsonObject;
}

/** Reads a document: parsed JSON, or the path of a file with JSON. Throws SERVER_INVALID with one sentence that names it. */
export function readDocument(document: string | object): OpenApiDocument {
  const root = typeof document === "string" ? parsedFile(document) : (document as JsonObject);
  const title = isRecord(root) && isRecord(root.info) ? root.info.title : undefined;
  const name = typeof document === "string" ? document : typeof title === "string" ? title : "the document";
  const version = isRecord(root) ? root.openapi : undefined;
  if (typeof version !== "string" || !/^3\.[012]\.\d+/.test(version)) {
    const found = isRecord(root) && "swagger" in root ? "Swagger 2.0: convert it" : "no OpenAPI 3.0, 3.1 or 3.2";
    throw invalid(name, `is ${found}`);
  }
  if (!isRecord(root.paths)) throw invalid(name, "has no paths");
  return { name, isVersion30: version.startsWith("3.0"), root };
}

function parsedFile(path: string): JsonObject {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw invalid(
      path,
      isMissing ? "is not here: ship it as an asset, or import it" : "is no JSON: convert it from YAML first",
    );
  }
}

/**
 * Follows a `$ref` of the document to its end, and gives back anything else as it is. Throws SERVER_INVALID for one that
 * leaves the document, or leads nowhere.
 */
export function resolved({ name, root }: OpenApiDocument, value: unknown): JsonObject {
  let current: unknown = value;
  for (let steps = 0; isRecord(current) && typeof current.$ref === "string"; steps++) {
    const { $ref } = current;
    if (!$ref.startsWith("#/"))
      throw invalid(name, `refers to ${$ref}, which is not in it: bundle its parts into one file`);
    const parts = $ref.slice(2).split("/").map(unescaped);
    current = parts.reduce<unknown>((value, part) => (part === undefined ? undefined : member(value, part)), root);
    if (steps > 32 || current === undefined) throw invalid(name, `refers to ${$ref}, which leads nowhere`);
  }
  return isRecord(current) ? current : {};
}

/** RFC 6901 §4, in a fragment of a URI. Undefined for what is none. */
function unescaped(part: string): string | undefined {
  try {
    return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return undefined;
  }
}

const member = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;

export const invalid = (name: string, problem: string): AnycloudError =>
  new AnycloudError("SERVER_INVALID", `openapi(${JSON.stringify(name)}) ${problem}.`);

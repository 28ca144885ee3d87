import type { JsonObject } from "../forwarding/forwarded-request.ts";

/** A parameter of an operation, as an argument of its tool. */
export interface Parameter {
  /** Name of the argument. */
  readonly argument: string;
  /** Name in the request. */
  readonly name: string;
  readonly in: "path" | "query" | "header" | "cookie";
  readonly required: boolean;
  /** How lists and objects are written (OpenAPI 3.1, Style Values). */
  readonly style: string;
  readonly explode: boolean;
  /** A parameter whose value is JSON text. */
  readonly isJson: boolean;
}

/** The body of an operation, which is the argument `body` of its tool. */
export interface RequestBody {
  readonly mediaType: string;
  readonly required: boolean;
}

/** An operation of an API, as a tool. */
export interface Operation {
  readonly method: string;
  /** With its parameters in braces, as the document has it. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: RequestBody | undefined;
  /** As `tools/list` gives it. */
  readonly tool: JsonObject & { readonly name: string };
}

/** An operation that is no tool. */
export interface SkippedOperation {
  /** Such as `POST /upload`. */
  readonly operation: string;
  readonly reason: string;
}

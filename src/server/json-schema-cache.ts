/** A Standard Schema whose library can turn it into JSON Schema (standardschema.dev, `~standard.jsonSchema`). */
interface ConvertibleSchema {
  readonly "~standard": { jsonSchema?: { input: Conversion; output: Conversion } };
}
type Conversion = (options: { readonly target: string }) => Record<string, unknown>;

interface RegisteredSchemas {
  readonly inputSchema?: unknown;
  readonly outputSchema?: unknown;
}

const remembered = new WeakSet<object>();

/**
 * Makes each tool schema of `server` remember its JSON Schema. The SDK converts every schema anew for each `tools/list`,
 * and each output schema for each server it is registered on, which here is one per request (0.4 ms a tool of
 * ordinary size); the conversion depends on nothing but the schema. What is remembered hangs on the schema object, so it
 * lasts as long as the process for schemas declared at module level, and is wasted on those made inside a factory.
 */
export function rememberToolSchemas(server: object): void {
  // The SDK has no public way to enumerate tools; where the field is missing, schemas are converted as before.
  const { _registeredTools: tools } = server as { _registeredTools?: Record<string, RegisteredSchemas> };
  for (const { inputSchema, outputSchema } of Object.values(tools ?? {})) {
    rememberJsonSchema(inputSchema);
    rememberJsonSchema(outputSchema);
  }
}

function rememberJsonSchema(schema: unknown): void {
  if (typeof schema !== "object" || schema === null || remembered.has(schema)) return;
  remembered.add(schema);
  const standard = (schema as Partial<ConvertibleSchema>)["~standard"];
  if (!standard?.jsonSchema) return;
  const { input, output } = standard.jsonSchema;
  standard.jsonSchema = { input: once(input), output: once(output) };
}

function once(convert: Conversion): Conversion {
  const byTarget = new Map<string, Record<string, unknown>>();
  return (options) => {
    const json = byTarget.get(options.target) ?? convert(options);
    byTarget.set(options.target, json);
    return json;
  };
}

import type { BlockSchema, ProviderSlice } from "../schemas/slice.ts";
import { argumentFindings } from "./argument-findings.ts";
import { type Declared, parseModule } from "./parsed-module.ts";
import { referenceFindings } from "./reference-findings.ts";

/**
 * Checks the text of a module without Terraform: arguments, blocks, types and values against the providers' schemas, and
 * references against declarations. Returns a sentence for each fault.
 */
export async function moduleFindings(folder: string, slices: ReadonlyMap<string, ProviderSlice>): Promise<string[]> {
  const { declared, unreadable } = await parseModule(folder);
  const schemaOf = (one: Declared): BlockSchema | undefined => {
    const slice = slices.get(providerOf(one));
    if (one.kind === "provider") return slice?.configuration;
    return one.kind === "data" ? slice?.dataSources[one.type] : slice?.resources[one.type];
  };
  const findings = declared.flatMap((one) => {
    if (one.kind !== "resource" && one.kind !== "data" && one.kind !== "provider") return [];
    // Terraform's own: `terraform_data` and `terraform_remote_state`.
    if (providerOf(one) === "terraform") return [];
    const place = `${one.file}: ${one.address}`;
    const schema = schemaOf(one);
    if (!schema) return [`${place}: its schema is not in test/templates/schemas; "npm run templates:schemas" adds it.`];
    return argumentFindings(schema, one.body, place);
  });
  return [...unreadable, ...findings, ...referenceFindings(declared, schemaOf)];
}

/** The local name of the provider that a resource or data source belongs to. */
function providerOf({ kind, type, body }: Declared): string {
  if (kind === "provider") return type;
  const [, named] = /^\$\{([\w-]+)/.exec(String(body.provider ?? "")) ?? [];
  return named ?? (type.split("_")[0] as string);
}

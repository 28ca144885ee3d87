import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";

/** A type as Terraform writes it in JSON: `"string"`, `["list", "string"]`, `["object", { "name": "string" }]`. */
export type HclType =
  | "string"
  | "number"
  | "bool"
  | "dynamic"
  | ["list" | "set" | "map", HclType]
  | ["object", Record<string, HclType>];

/** The schema of one attribute. An attribute that is only `computed` is read-only. */
export interface AttributeSchema {
  readonly type: HclType;
  readonly required?: true;
  readonly optional?: true;
  readonly computed?: true;
  readonly sensitive?: true;
  /** The only values that the provider's documentation allows. */
  readonly values?: readonly string[];
}

/** How often a nested block may stand there; `max` 0 is any number of times. */
export interface NestedBlockSchema {
  readonly nesting: "SINGLE" | "LIST" | "SET";
  readonly min: number;
  readonly max: number;
  readonly block: BlockSchema;
}

export interface BlockSchema {
  readonly attributes: Readonly<Record<string, AttributeSchema>>;
  readonly blocks: Readonly<Record<string, NestedBlockSchema>>;
}

/** The part of one provider's schema that the templates use. */
export interface ProviderSlice {
  /** The provider's address, such as `registry.terraform.io/hashicorp/aws`. */
  readonly provider: string;
  readonly version: string;
  /** The npm packages that the facts were read from. */
  readonly packages: readonly string[];
  readonly configuration: BlockSchema;
  readonly resources: Readonly<Record<string, BlockSchema>>;
  readonly dataSources: Readonly<Record<string, BlockSchema>>;
}

const folder = new URL("./", import.meta.url);

/** All committed slices, by the provider's local name: `aws`, `google-beta`. */
export function readSlices(): Map<string, ProviderSlice> {
  const files = globSync("*.json", { cwd: folder }).sort();
  return new Map(
    files.map((file) => [basename(file, ".json"), JSON.parse(readFileSync(new URL(file, folder), "utf8"))]),
  );
}

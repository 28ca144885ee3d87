import type { Synthesis } from "./synthesis.ts";

/** Values of `Ref` by type of resource, for this machine's stand-ins of what CloudFormation would create. */
export type LocalValues = Readonly<Record<string, string>>;

/** Where a stack is deployed (CloudFormation User Guide, "Pseudo parameters"). */
const PSEUDO: LocalValues = {
  "AWS::AccountId": "123456789012",
  "AWS::Partition": "aws",
  "AWS::Region": "us-east-1",
  "AWS::URLSuffix": "amazonaws.com",
};

/** Text of a value in a template. */
export type Resolve = (value: unknown) => string;

/** Resolves values of a template as CloudFormation would. Throws for what nothing on this machine stands for. */
export function createResolve({ template }: Pick<Synthesis, "template">, local: LocalValues): Resolve {
  const refer = (name: string): string => {
    const value = PSEUDO[name] ?? local[template.Resources[name]?.Type ?? ""];
    if (value === undefined) throw new Error(`Nothing here stands for ${name}.`);
    return value;
  };
  const resolve: Resolve = (value) => {
    if (typeof value !== "object" || value === null) return String(value);
    const [[intrinsic, argument] = []] = Object.entries(value);
    if (intrinsic === "Ref") return refer(argument as string);
    if (intrinsic === "Fn::Join") {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map(resolve).join(separator);
    }
    throw new Error(`Nothing here resolves ${JSON.stringify(value)}.`);
  };
  return resolve;
}

/** Logical ids that a value refers to, whatever of theirs it wants. */
export function referencesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const { Ref, "Fn::GetAtt": attribute } = value as { Ref?: string; "Fn::GetAtt"?: [string, string] };
  if (Ref !== undefined) return [Ref];
  return attribute ? [attribute[0]] : Object.values(value).flatMap(referencesIn);
}

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { initializeTemplate } from "./initialized-template.ts";
import { type Module, templateFolder } from "./working-copy.ts";

export interface TemplateResource {
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The resources and outputs of a module for given variables. */
export interface TemplateValues {
  readonly resources: readonly TemplateResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The values of the requested expressions. */
  readonly expressions: Readonly<Record<string, unknown>>;
}

/** Expressions in HCL, by a name for each: `{ environment: "local.server_environment" }`. */
export type Expressions = Readonly<Record<string, string>>;

/**
 * The state of a module after `terraform apply`, where every value is known. Ids are stand-ins: no two are alike, and
 * they are the same in every run, except where several resources are configured alike.
 *
 * @param variables The module's variables.
 * @throws Error with Terraform's own words where it refuses.
 */
export async function applyTemplate(
  module: Module,
  variables: Readonly<Record<string, unknown>>,
  expressions: Expressions = {},
): Promise<TemplateValues> {
  const template = await initializeTemplate(templateFolder(module), (folder) => {
    writeFileSync(join(folder, "given.auto.tfvars.json"), JSON.stringify(variables));
    const asked = Object.entries(expressions).map(
      ([name, expression]) => `output "${PREFIX}${name}" {\n  value     = ${expression}\n  sensitive = true\n}\n`,
    );
    writeFileSync(join(folder, "asked_for.tf"), asked.join(""));
  });
  try {
    await succeed(template.terraform("apply", "-no-color", "-lock=false", "-auto-approve"));
    const { stdout } = await succeed(template.terraform("show", "-json"));
    return toValues((JSON.parse(stdout) as { values: Shown }).values);
  } finally {
    template.close();
  }
}

const PREFIX = "asked_for_";

/** A state as `terraform show -json` prints it. */
interface Shown {
  readonly outputs?: Readonly<Record<string, { readonly value?: unknown }>>;
  readonly root_module: { readonly resources?: readonly TemplateResource[] };
}

function toValues({ outputs = {}, root_module }: Shown): TemplateValues {
  const values = Object.entries(outputs).map(([name, { value }]): [string, unknown] => [name, value]);
  const asked = values.filter(([name]) => name.startsWith(PREFIX));
  return {
    resources: root_module.resources ?? [],
    outputs: Object.fromEntries(values.filter(([name]) => !name.startsWith(PREFIX))),
    expressions: Object.fromEntries(asked.map(([name, value]) => [name.slice(PREFIX.length), value])),
  };
}

async function succeed<Run extends { code: number | null; output: string }>(running: Promise<Run>): Promise<Run> {
  const run = await running;
  if (run.code !== 0) throw new Error(`Terraform refused the template:\n${run.output}`);
  return run;
}

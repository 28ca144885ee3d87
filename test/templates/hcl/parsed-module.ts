import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@cdktn/hcl2json";

/** The body of a block: arguments by name, and nested blocks as lists of bodies. */
export type Body = Readonly<Record<string, unknown>>;

/** One top-level block of a module. */
export interface Declared {
  readonly file: string;
  /** `aws_lambda_function.server`, `data.aws_region.here`, `var.name`, `local.tags`, `output.mcp_url`. */
  readonly address: string;
  readonly kind: "resource" | "data" | "variable" | "local" | "output" | "provider" | "module" | "check";
  /** The type of a resource or data source, or the name of a provider. */
  readonly type: string;
  readonly body: Body;
}

export interface ParsedModule {
  readonly declared: readonly Declared[];
  /** Files that are not HCL, in the parser's words. */
  readonly unreadable: readonly string[];
  /** The `terraform` blocks. */
  readonly settings: readonly Body[];
}

/** All `.tf` files of a folder as the parser reads them; an expression is a text that begins with `${`. */
export async function parseModule(folder: string): Promise<ParsedModule> {
  const declared: Declared[] = [];
  const unreadable: string[] = [];
  const settings: Body[] = [];
  for (const file of globSync("*.tf", { cwd: folder }).sort()) {
    try {
      const document = (await parse(file, readFileSync(join(folder, file), "utf8"))) as Body;
      declared.push(...declarations(file, document));
      settings.push(...bodies(document.terraform));
    } catch (error) {
      unreadable.push(`${file}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return { declared, unreadable, settings };
}

function declarations(file: string, document: Body): Declared[] {
  const labelled = (kind: Declared["kind"], prefix: string): Declared[] =>
    Object.entries(record(document[kind])).flatMap(([name, value]) =>
      bodies(value).map((body) => ({ file, kind, type: name, address: `${prefix}${name}`, body })),
    );
  const typed = (kind: "resource" | "data", prefix: string): Declared[] =>
    Object.entries(record(document[kind])).flatMap(([type, named]) =>
      Object.entries(record(named)).flatMap(([name, value]) =>
        bodies(value).map((body) => ({ file, kind, type, address: `${prefix}${type}.${name}`, body })),
      ),
    );
  const locals = bodies(document.locals).flatMap((body) =>
    Object.entries(body).map(
      ([name, value]): Declared => ({ file, kind: "local", type: name, address: `local.${name}`, body: { value } }),
    ),
  );
  return [
    ...typed("resource", ""),
    ...typed("data", "data."),
    ...labelled("variable", "var."),
    ...labelled("output", "output."),
    ...labelled("provider", "provider."),
    ...labelled("module", "module."),
    ...labelled("check", "check."),
    ...locals,
  ];
}

export const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** The bodies of a block that may stand there several times. */
export const bodies = (value: unknown): Body[] => (Array.isArray(value) ? value.map(record) : []);

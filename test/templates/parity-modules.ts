import { type Body, bodies, type Declared, parseModule, record } from "./hcl/parsed-module.ts";
import { MODULES, type Module, templateFolder } from "./run/working-copy.ts";

/** A condition and its message. */
export interface Rule {
  readonly condition: string;
  readonly message: string;
}

export interface Variable {
  readonly type: string;
  /** As JSON; undefined where there is none. */
  readonly default: string | undefined;
  readonly nullable: boolean;
  readonly description: string;
  readonly rules: readonly Rule[];
}

/** The variables and outputs of a module, and the settings that it gives to the server, as they are written. */
interface ModuleFace {
  readonly variables: Readonly<Record<string, Variable>>;
  /** Names of the outputs. */
  readonly outputs: readonly string[];
  /** Names of the variables that `local.server_environment` is made of. */
  readonly environment: readonly string[];
  readonly declared: readonly Declared[];
}

export type Faces = Readonly<Record<Module, ModuleFace>>;

/** Reads the modules. Throws where a file is not HCL. */
export async function readFaces(): Promise<Faces> {
  const faces = await Promise.all(MODULES.map(async (module) => [module, await readFace(module)] as const));
  return Object.fromEntries(faces) as Faces;
}

async function readFace(module: Module): Promise<ModuleFace> {
  const { declared, unreadable } = await parseModule(templateFolder(module));
  if (unreadable.length > 0) throw new Error(`templates/${module} cannot be read: ${unreadable.join("; ")}.`);
  const of = (kind: Declared["kind"]): Declared[] => declared.filter((one) => one.kind === kind);
  return {
    variables: Object.fromEntries(of("variable").map(({ type, body }) => [type, toVariable(body)])),
    outputs: of("output").map(({ type }) => type),
    environment: environmentNames(of("local").filter(({ file }) => file.endsWith("environment.tf"))),
    declared,
  };
}

function toVariable(body: Body): Variable {
  return {
    type: onOneLine(body.type),
    default: "default" in body ? JSON.stringify(body.default) : undefined,
    nullable: body.nullable !== false,
    description: onOneLine(body.description),
    rules: bodies(body.validation).map(({ condition, error_message }) => ({
      condition: onOneLine(condition),
      message: onOneLine(error_message),
    })),
  };
}

/** Keys of maps, whether the parser took them apart or left them in an expression. */
function environmentNames(locals: readonly Declared[]): string[] {
  const keys = (value: unknown): string[] =>
    typeof value === "string"
      ? [...value.matchAll(/\b[A-Z][A-Z\d]*(?:_[A-Z\d]+)+\b(?=\s*=[^=])/g)].map(([name]) => name)
      : Object.entries(record(value)).flatMap(([name, inner]) => [name, ...keys(inner)]);
  const found = locals.flatMap(({ body }) => keys(body.value)).filter((name) => /^[A-Z\d_]+$/.test(name));
  return [...new Set(found)].sort();
}

const onOneLine = (text: unknown): string => String(text).replace(/\s+/g, " ").trim();

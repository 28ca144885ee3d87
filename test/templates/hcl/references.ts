import { record } from "./parsed-module.ts";

/** A name that an expression refers to: `aws_lambda_function.server.arn`, `data.aws_region.here`, `var.name`. */
export interface Reference {
  /** `aws_lambda_function.server`, `data.aws_region.here`, `var.name`, `local.tags`. */
  readonly address: string;
  /** The first attribute that the expression reads, after an index where there is one. */
  readonly attribute: string | undefined;
  /** Whether an index or a splat stands between the two. */
  readonly indexed: boolean;
}

const NAME =
  /(?<![\w.\]-])((?:data\.)?[a-z][a-z0-9]*_\w+\.\w+|(?:var|local|module)\.\w+)(\[(?:[^[\]]|\[[^\]]*\])*\])?(?:\.(\w+|\*))?/g;
/** `for key, value in`: names that an expression makes itself. */
const LOOP = /\bfor\s+(\w+)(?:\s*,\s*(\w+))?\s+in\b/g;

/** All names outside of it that the body of a block refers to, in templates inside of texts too. */
export function referencesIn(body: unknown): Reference[] {
  const code = textsIn(body).flatMap(codeIn);
  const own = new Set([...iteratorsIn(body), ...code.flatMap((one) => [...one.matchAll(LOOP)].flat())]);
  return code.flatMap(namesIn).filter(({ address }) => !own.has(address.replace(/\..*/, "")));
}

function namesIn(code: string): Reference[] {
  return [...code.matchAll(NAME)].flatMap(([, address = "", index = "", attribute]) => [
    { address, attribute: attribute === "*" ? undefined : attribute, indexed: index !== "" || attribute === "*" },
    ...namesIn(index),
  ]);
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.entries(value).flat().flatMap(textsIn) : [];
}

/** The names that `dynamic` blocks give to what they repeat: their own, or that of their `iterator`. */
function iteratorsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(name === "dynamic" ? Object.keys(record(inner)) : []),
    ...(name === "iterator" ? [String(inner).replace(/\W/g, "")] : []),
    ...iteratorsIn(inner),
  ]);
}

/** The code of a text: what stands in its templates, without the texts in there, whose own templates follow it. */
function codeIn(text: string): string[] {
  const found: string[] = [];
  // How many braces are open in each template that we are in; a quote inside of one begins a text again.
  const read = (from: number, inCode: boolean): number => {
    let [code, depth, at] = ["", 0, from];
    while (at < text.length) {
      const one = text[at] as string;
      const opensTemplate = (one === "$" || one === "%") && text[at + 1] === "{" && text[at - 1] !== one;
      if (!inCode && opensTemplate) at = read(at + 2, true);
      else if (!inCode && one === "\\") at += 2;
      else if (!inCode && one === '"' && from > 0) return at + 1;
      else if (inCode && one === '"') {
        code += '""';
        at = read(at + 1, false);
      } else if (inCode && one === "}" && depth === 0) {
        found.push(code);
        return at + 1;
      } else {
        if (inCode) code += one;
        if (one === "{") depth++;
        if (one === "}") depth--;
        at++;
      }
    }
    return at;
  };
  read(0, false);
  return found;
}

import type { ItemRule } from "../src/config/value-type.ts";
import type { DeploymentSetting } from "./deployment-settings.ts";
import { NOTICE } from "./notice.ts";
import { snakeCase } from "./snake-case.ts";
import { wrappedText } from "./wrapped-text.ts";

const TYPES = { number: "number", choice: "string", text: "string", list: "list(string)" } as const;

/** settings.tf of each module: the variable, with a validation for each field, formatted as `terraform fmt` does. */
export function terraformSettings(settings: readonly DeploymentSetting[]): string {
  const width = Math.max(...settings.map(({ field }) => snakeCase(field).length));
  const fields = settings.map(
    ({ field, type }) => `    ${snakeCase(field).padEnd(width)} = optional(${TYPES[type.kind]})`,
  );
  return `# ${NOTICE}

variable "settings" {
  description = <<-EOT
${settings.flatMap(description).join("\n")}
  EOT
  type = object({
${fields.join("\n")}
  })
  default  = {}
  nullable = false

${settings.flatMap(validations).join("\n")}
}
`;
}

function description({ field, text, defaultText }: DeploymentSetting): string[] {
  return wrappedText(`${snakeCase(field)}: ${text} Default: ${defaultText}.`, 120).map(
    (line) => `    ${line.replaceAll(/([$%])\{/g, "$1$1{")}`,
  );
}

function validations({ field, type, needsStore }: DeploymentSetting): string[] {
  const name = `settings.${snakeCase(field)}`;
  const must = type.kind === "list" ? type.itemsMust : type.must;
  const rule = validation(conditionOf(`var.${name}`, type), `${name} must ${must}.`);
  if (!needsStore) return [rule];
  const remedy = `${name} works only with a store: leave it out, or set session_store = "dynamodb".`;
  return [rule, validation([`var.${name} == null || var.session_store != "none"`], remedy)];
}

function validation([first = "", ...more]: readonly string[], message: string): string {
  // `terraform fmt` lines up only what stands on neighbouring lines.
  const condition = more.length > 0 ? "condition =" : "condition     =";
  const lines = [`${condition} ${first}`, ...more, `error_message = ${quoted(message)}`];
  return ["  validation {", ...lines.map((line) => `    ${line}`), "  }"].join("\n");
}

/** A condition that holds for null, in lines. */
function conditionOf(value: string, type: DeploymentSetting["type"]): readonly string[] {
  switch (type.kind) {
    case "number":
      return [`try(${value} >= ${type.min} && ${value} <= ${type.max} && floor(${value}) == ${value}, true)`];
    case "choice":
      return [`contains([${type.words.map(quoted).join(", ")}], coalesce(${value}, ${quoted(type.words[0] ?? "")}))`];
    case "text":
      return [`${value} == null || ${matches(type.pattern, value)}`];
    case "list":
      return listCondition(`coalesce(${value}, [])`, type.items);
  }
}

function listCondition(list: string, { pattern, except, namedBefore }: ItemRule): readonly string[] {
  const test = `${matches(pattern, "item")}${except ? ` && !${matches(except, "item")}` : ""}`;
  const names = `distinct([for item in ${list} : split(${quoted(namedBefore ?? "")}, item)[0]])`;
  const unique = namedBefore ? ` && length(${list}) == length(${names})` : "";
  return ["alltrue([", `  for item in ${list} : ${test}`, `])${unique}`];
}

const matches = ({ source }: RegExp, value: string): string =>
  `can(regex(${quoted(source.replaceAll("\\/", "/"))}, ${value}))`;

/** A string of HCL, whose escapes are those of JSON, and which must not begin a template. */
const quoted = (text: string): string => JSON.stringify(text).replaceAll(/([$%])\{/g, "$1$1{");

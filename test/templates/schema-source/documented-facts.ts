/** One property in the generated TypeScript declarations. */
export interface DocumentedProperty {
  readonly required: boolean;
  /** The values that its documentation lists, where it says that there are no others. */
  readonly values: readonly string[] | undefined;
}

/** The properties of each generated interface. */
export function documentedInterfaces(declarations: string): Map<string, Map<string, DocumentedProperty>> {
  const interfaces = declarations.matchAll(/^export interface (\w+)[^{\n]*\{\n(.*?)^\}/gms);
  return new Map([...interfaces].map(([, name = "", body = ""]) => [name, documentedProperties(body)]));
}

const PROPERTY = /(?:\/\*\*((?:(?!\*\/).)*)\*\/\s*)?readonly (\w+)(\??):/gs;

function documentedProperties(body: string): Map<string, DocumentedProperty> {
  return new Map(
    [...body.matchAll(PROPERTY)].map(([, comment = "", name = "", mark]) => [
      name,
      { required: mark !== "?", values: possibleValues(comment) },
    ]),
  );
}

// As Google's generator of provider code, Magic Modules, ends the description of every enumeration.
function possibleValues(comment: string): string[] | undefined {
  const [, list] = /Possible values: \[([^\]]+)\]/.exec(comment.replace(/\n\s*\*/g, " ")) ?? [];
  return list === undefined ? undefined : [...list.matchAll(/"([^"]+)"/g)].map(([, value = ""]) => value);
}

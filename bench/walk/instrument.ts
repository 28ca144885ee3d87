import { type ArrowFunctionExpression, type Function as ESTreeFunction, parseSync, Visitor } from "oxc-parser";

/** A function of a source text. Offsets count UTF-16 code units. */
export interface SourceFunction {
  /** V8 reports a start in [`start`, `bodyStart`): it leaves out modifiers such as `static`, and type parameters. */
  readonly start: number;
  readonly bodyStart: number;
  readonly end: number;
  /** Counted from 1. Recorder calls add no lines. */
  readonly line: number;
  /** An arrow function whose body is an expression. */
  readonly isExpression: boolean;
}

/** The functions with a body in a TypeScript module, in the order in which they end; a nested function comes first. */
export function functionsOf(file: string, source: string): SourceFunction[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`);
  const found: SourceFunction[] = [];
  const methodStarts = new Map<object, number>();
  const addFunction = (node: ESTreeFunction | ArrowFunctionExpression): void => {
    const { body } = node;
    // Overloads and declarations have no body.
    if (!body) return;
    const isExpression = body.type !== "BlockStatement";
    const start = methodStarts.get(node) ?? node.start;
    const line = source.slice(0, start).split("\n").length;
    found.push({ start, bodyStart: body.start, end: node.end, line, isExpression });
  };
  new Visitor({
    MethodDefinition: ({ value, start }) => void methodStarts.set(value, start),
    Property: ({ value, method, kind, start }) => {
      if (method || kind !== "init") methodStarts.set(value, start);
    },
    "FunctionDeclaration:exit": addFunction,
    "FunctionExpression:exit": addFunction,
    "ArrowFunctionExpression:exit": addFunction,
  }).visit(program);
  return found;
}

/** The source with a call at the head of each function's body: `recorder` is an expression, called with ids from `firstId`. */
export function instrument(file: string, source: string, recorder: string, firstId: number): string {
  const insertions = functionsOf(file, source).flatMap(({ bodyStart, end, isExpression }, index) => {
    const call = `${recorder}(${firstId + index})`;
    if (!isExpression) return [{ at: bodyStart + 1, text: `${call};` }];
    return [
      { at: bodyStart, text: `(${call},` },
      { at: end, text: ")" },
    ];
  });
  let rest = source;
  let instrumented = "";
  // From the end, so that the positions before stay as they are.
  for (const { at, text } of insertions.sort((one, other) => other.at - one.at)) {
    instrumented = text + rest.slice(at) + instrumented;
    rest = rest.slice(0, at);
  }
  return rest + instrumented;
}

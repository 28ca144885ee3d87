/**
 * Whether a version satisfies a constraint such as `>= 6.50, < 9.0`, as Terraform reads it; of operators those that
 * the templates use.
 */
export function satisfies(version: string, constraint: string): boolean {
  return constraint.split(",").every((one) => {
    const [, operator, bound = ""] = /^\s*(>=|<)\s*([\d.]+)\s*$/.exec(one) ?? [];
    if (!operator)
      throw new Error(`The constraint "${one.trim()}" is neither ">= x" nor "< x"; write it as one of them.`);
    const order = compare(version, bound);
    return operator === "<" ? order < 0 : order >= 0;
  });
}

function compare(left: string, right: string): number {
  const [one, other] = [left, right].map((version) => version.split(".").map(Number)) as [number[], number[]];
  const differences = [0, 1, 2].map((index) => (one[index] ?? 0) - (other[index] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}

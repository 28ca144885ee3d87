import type { Sample, Summary } from "./sample.ts";

/** A line of the results. */
export interface Row {
  readonly scenario: string;
  readonly subject: string;
  readonly unit: string;
  readonly median: number;
  readonly least?: number;
  readonly most?: number;
  /** CPU time in the same unit; absent for what is no time. */
  readonly cpu?: number;
  /** How ours compares with this subject. */
  readonly ours?: Comparison;
}

export interface Comparison extends Partial<Sample> {
  /** The figures say how many times as fast ours is, what part of the subject's time ours takes, or the row's own value. */
  readonly as: "times" | "part" | "itself";
  readonly wall: number;
  readonly target?: Target;
}

/** A bound, held against both clocks unless `by` names one. */
export type Target = ({ readonly atLeast: number } | { readonly atMost: number }) & { readonly by?: "cpu" };

/** A target and the figure that decides: the worse of the two clocks. */
export interface Verdict {
  readonly isMet: boolean;
  readonly figure: number;
}

/** Undefined where there is no target. */
export function verdictOf({ wall, cpu = wall, target }: Comparison): Verdict | undefined {
  if (!target) return undefined;
  const figures = target.by === "cpu" ? [cpu] : [wall, cpu];
  if ("atLeast" in target) {
    const figure = Math.min(...figures);
    return { figure, isMet: figure >= target.atLeast };
  }
  const figure = Math.max(...figures);
  return { figure, isMet: figure <= target.atMost };
}

/** A row of times. */
export function timedRow(
  names: Pick<Row, "scenario" | "subject" | "unit">,
  { wall, cpu, least, most }: Summary,
  ours?: Comparison,
): Row {
  return { ...names, median: wall, cpu, least, most, ...(ours && { ours }) };
}

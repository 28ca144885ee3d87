import type { Summary } from "./sample.ts";

/** A line of the results. */
export interface Row {
  readonly scenario: string;
  readonly subject: string;
  readonly unit: string;
  readonly median: number;
  readonly least?: number;
  readonly most?: number;
  /** CPU time, in the unit; absent where it is no time. */
  readonly cpu?: number;
  /** How ours compares with this subject, and whether that is what was to be reached. */
  readonly ours?: Comparison;
}

export interface Comparison {
  /** How many times as fast ours is, which part of the time it takes, or the row's own value. */
  readonly as: "times" | "part" | "itself";
  readonly wall: number;
  readonly cpu?: number;
  /** `atLeast` times as fast, or `atMost` so much of its time, bytes or growth. */
  readonly target?: { readonly atLeast: number } | { readonly atMost: number };
}

/** Whether a target is reached by both clocks; undefined where there is none. */
export function isMet({ wall, cpu = wall, target }: Comparison): boolean | undefined {
  if (!target) return undefined;
  if ("atLeast" in target) return Math.min(wall, cpu) >= target.atLeast;
  return Math.max(wall, cpu) <= target.atMost;
}

/** A row of something that was timed. */
export function timedRow(names: Pick<Row, "scenario" | "subject" | "unit">, summary: Summary, ours?: Comparison): Row {
  const { wall, cpu, least, most } = summary;
  return { ...names, median: wall, cpu, least, most, ...(ours && { ours }) };
}

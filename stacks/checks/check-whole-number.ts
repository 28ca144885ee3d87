import type { Construct } from "constructs";
import { refuse, refuseUnknown } from "./refuse.ts";

export interface WholeNumberRule {
  readonly min: number;
  readonly max: number;
  /** Default: names the bounds. */
  readonly must?: string;
}

/** Refuses a prop that is no whole number within bounds, or that only the deployment knows. */
export function checkWholeNumber(
  scope: Construct,
  prop: string,
  value: number | undefined,
  { min, max, must = `be a whole number from ${min} to ${max}` }: WholeNumberRule,
): void {
  if (value === undefined) return;
  refuseUnknown(scope, prop, value);
  if (!Number.isInteger(value) || value < min || value > max) refuse(scope, prop, `must ${must}, not ${value}.`);
}

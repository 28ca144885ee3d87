import { Token } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { refuse } from "./refuse.ts";

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
  if (Token.isUnresolved(value)) {
    refuse(scope, prop, "must be known when the stack is made, not when it is deployed.");
  }
  if (!Number.isInteger(value) || value < min || value > max) refuse(scope, prop, `must ${must}, not ${value}.`);
}

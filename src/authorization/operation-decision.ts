import type { JSONRPCRequest } from "@modelcontextprotocol/server";
import type { Caller } from "../auth/caller.ts";
import { monotonicMs } from "../clock.ts";
import { type Operation, operationsOf } from "../server/operation.ts";
import { decideUse, type EnforcedPolicy, type PolicyAnswer } from "./policy.ts";
import type { ToolRulesByName } from "./tool-rules.ts";

/** An operation of a request, and what the policy says of it. */
export interface OperationDecision extends PolicyAnswer, Operation {
  readonly request: JSONRPCRequest;
  /** Whether the server may get the request: it is allowed, or the policy only logs. */
  readonly passes: boolean;
  /** When it was decided, by `monotonicMs`. */
  readonly decidedAt: number;
}

const NO_POLICY: PolicyAnswer = { allowed: true, policies: [] };

export interface DecisionRules {
  readonly rules: ToolRulesByName;
  readonly policy?: EnforcedPolicy | undefined;
}

/** Asks the policy about everything that a request does. */
export function decideOperations(
  request: JSONRPCRequest,
  caller: Caller,
  { rules, policy }: DecisionRules,
): OperationDecision[] {
  return operationsOf(request).map((operation) => {
    const { primitive, name, arguments: args } = operation;
    const attributes = primitive === "tool" ? picked(args, rules.get(name)?.policyAttributes) : {};
    const answer = policy ? decideUse(policy, caller, operation, attributes) : NO_POLICY;
    const passes = answer.allowed || policy?.mode === "log";
    return { ...answer, ...operation, request, passes, decidedAt: monotonicMs() };
  });
}

/** The arguments with these names, as far as the call has them. */
function picked(args: unknown, names: readonly string[] = []): Readonly<Record<string, unknown>> {
  if (typeof args !== "object" || args === null) return {};
  const present = names.filter((name) => Object.hasOwn(args, name));
  return Object.fromEntries(present.map((name) => [name, (args as Record<string, unknown>)[name]]));
}

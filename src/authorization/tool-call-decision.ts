import type { JSONRPCRequest } from "@modelcontextprotocol/server";
import type { Caller } from "../auth/caller.ts";
import { monotonicMs } from "../clock.ts";
import { askPolicy, type PolicyAnswer, type ToolPolicy } from "./policy.ts";
import type { ToolRulesByName } from "./tool-rules.ts";

/** A `tools/call`, and what the policy says of it. */
export interface ToolCallDecision extends PolicyAnswer {
  readonly request: JSONRPCRequest;
  /** The tool's name; empty where there is none. */
  readonly tool: string;
  readonly arguments: unknown;
  /** When it was judged, by `monotonicMs`. */
  readonly decidedAt: number;
}

const NO_POLICY: PolicyAnswer = { allowed: true, policies: [] };

export interface DecisionRules {
  readonly rules: ToolRulesByName;
  readonly policy?: ToolPolicy | undefined;
}

/** Asks the policy about a call. */
export function decideToolCall(
  request: JSONRPCRequest,
  caller: Caller,
  { rules, policy }: DecisionRules,
): ToolCallDecision {
  const { name, arguments: args } = (request.params ?? {}) as { name?: unknown; arguments?: unknown };
  const tool = typeof name === "string" ? name : "";
  const attributes = picked(args, rules.get(tool)?.policyAttributes);
  const answer = policy ? askPolicy(policy, { caller, action: "call", tool, attributes }) : NO_POLICY;
  return { ...answer, request, tool, arguments: args, decidedAt: monotonicMs() };
}

/** The arguments with these names, as far as the call has them. */
function picked(args: unknown, names: readonly string[] = []): Readonly<Record<string, unknown>> {
  if (typeof args !== "object" || args === null) return {};
  const present = names.filter((name) => Object.hasOwn(args, name));
  return Object.fromEntries(present.map((name) => [name, (args as Record<string, unknown>)[name]]));
}

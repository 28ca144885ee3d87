import type { Caller } from "../auth/caller.ts";
import type { Challenges } from "../auth/challenge.ts";
import { decideOperations, type OperationDecision } from "../authorization/operation-decision.ts";
import type { EnforcedPolicy } from "../authorization/policy.ts";
import { lackingScopes } from "../authorization/scope-check.ts";
import type { ToolRulesByName } from "../authorization/tool-rules.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import type { TaskRecord } from "./task-record.ts";

/** The rules of a server that hold for calls of its tools, and so for their tasks. */
export interface TaskRules {
  readonly rules: ToolRulesByName;
  readonly policy?: EnforcedPolicy | undefined;
  readonly challenges: Pick<Challenges, "insufficientScope">;
}

/** The policy's decision, as of now, about the call that began a task. */
export function decideTask(
  { tool, policyArguments }: Pick<TaskRecord, "tool" | "policyArguments">,
  caller: Caller,
  { rules, policy }: TaskRules,
): OperationDecision {
  const params = { name: tool, arguments: policyArguments };
  const [decision] = decideOperations({ jsonrpc: "2.0", id: 0, method: "tools/call", params }, caller, {
    rules,
    policy,
  });
  // A call of a tool is always one operation.
  return decision as OperationDecision;
}

/**
 * Whether a caller may use a task: it began it, and could begin it now. A task of somebody else, and one whose tool the
 * policy denies, is unknown to it; scopes that its token lacks are named, as for the call.
 */
export function accessTo(record: TaskRecord, caller: Caller, rules: TaskRules): "allowed" | "unknown" | HttpResponse {
  if (record.caller.principal !== caller.principal || !decideTask(record, caller, rules).passes) return "unknown";
  const scopes = rules.rules.get(record.tool)?.scopes ?? [];
  return lackingScopes(scopes, caller.scopes).length > 0 ? rules.challenges.insufficientScope(scopes) : "allowed";
}

/** The arguments of a call that the policy looks at, to be kept with its task. */
export function policyArgumentsOf(
  tool: string,
  args: unknown,
  { rules, policy }: TaskRules,
): Readonly<Record<string, unknown>> | undefined {
  const names = rules.get(tool)?.policyAttributes;
  if (!policy || !names || typeof args !== "object" || args === null) return undefined;
  return Object.fromEntries(Object.entries(args).filter(([name]) => names.includes(name)));
}

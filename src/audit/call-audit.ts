import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import type { RequestContext } from "../auth/request-context.ts";
import type { ToolCallDecision } from "../authorization/tool-call-decision.ts";
import type { ToolRulesByName } from "../authorization/tool-rules.ts";
import { monotonicMs } from "../clock.ts";
import type { Audit, AuditEntry } from "./audit-log.ts";
import { auditedArguments } from "./audited-arguments.ts";

export interface CallAuditOptions {
  readonly requestContext: RequestContext;
  readonly audit: Audit | undefined;
  readonly rules: ToolRulesByName;
}

/** Why a call was not let through. */
interface Denial {
  readonly event: AuditEntry["event"];
  readonly reason: string;
  readonly scopes?: readonly string[];
}

/** The audit trail of the calls of one message: each is recorded once, when it is known what became of it. */
export interface CallAudit {
  denied(call: ToolCallDecision, denial: Denial): void;
  /** The server answered; `cut` when its answer was too large. */
  answered(call: ToolCallDecision, answer: JSONRPCMessage, cut: boolean): void;
  /** There will be no answer. */
  cancelled(call: ToolCallDecision, reason?: string): void;
}

export function createCallAudit({ requestContext, audit, rules }: CallAuditOptions): CallAudit {
  const told = new Set<ToolCallDecision>();
  function tell(
    call: ToolCallDecision,
    entry: Pick<AuditEntry, "event" | "decision" | "outcome"> & Partial<AuditEntry>,
  ): void {
    if (!audit || told.has(call)) return;
    told.add(call);
    const args = auditedArguments(call.arguments, rules.get(call.tool)?.auditFields);
    audit(requestContext, {
      tool: call.tool,
      ...(call.policies.length > 0 && { policyIds: call.policies }),
      ...entry,
      durationMs: monotonicMs() - call.decidedAt,
      ...(args && { arguments: args }),
    });
  }
  return {
    denied(call, denial) {
      const outcome = denial.event === "rate_limited" ? "rate_limited" : "refused";
      tell(call, { decision: "deny", outcome, ...denial });
    },
    answered(call, answer, cut) {
      const reason = cut ? { reason: "output_limit" } : {};
      tell(call, { event: "tool_call", decision: "allow", ...outcomeOf(answer), ...reason });
    },
    cancelled(call, reason) {
      tell(call, { event: "tool_call", decision: "allow", outcome: "cancelled", ...(reason && { reason }) });
    },
  };
}

function outcomeOf(answer: JSONRPCMessage): Pick<AuditEntry, "outcome" | "errorCode"> {
  if ("error" in answer) return { outcome: "error", errorCode: answer.error.code };
  const { isError, resultType } = "result" in answer ? answer.result : {};
  if (isError === true) return { outcome: "tool_error" };
  return { outcome: resultType === "input_required" ? "input_required" : "ok" };
}

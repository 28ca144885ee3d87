import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import type { RequestContext } from "../auth/request-context.ts";
import { monotonicMs } from "../clock.ts";
import { outcomeOf } from "../http/json-rpc.ts";
import type { Audit, AuditEntry } from "./audit-log.ts";
import { auditedArguments } from "./audited-arguments.ts";

/** A call of a tool, and the decision about it. */
interface AuditedCall {
  readonly tool: string;
  readonly arguments: unknown;
  /** Names of the policies that decided. */
  readonly policies: readonly string[];
  /** When it was decided, by `monotonicMs`. */
  readonly decidedAt: number;
}

export interface CallAuditOptions {
  readonly context: RequestContext;
  readonly audit: Audit | undefined;
  /** The arguments of a tool whose values may be recorded. */
  readonly auditFieldsOf: (tool: string) => readonly string[] | undefined;
}

/** Why a call was denied. */
interface Denial {
  readonly event: AuditEntry["event"];
  readonly reason: string;
  readonly scopes?: readonly string[];
}

/** Records the calls of one message, each once, when its outcome is known. */
export interface CallAudit {
  denied(call: AuditedCall, denial: Denial): void;
  /** The server responded; `isCut` when its response was too large. */
  answered(call: AuditedCall, response: JSONRPCMessage, isCut: boolean): void;
  /** There will be no response. */
  cancelled(call: AuditedCall, reason?: string): void;
}

export function createCallAudit({ context, audit, auditFieldsOf }: CallAuditOptions): CallAudit {
  const recorded = new Set<AuditedCall>();
  function record(
    call: AuditedCall,
    entry: Pick<AuditEntry, "event" | "decision" | "outcome"> & Partial<AuditEntry>,
  ): void {
    if (!audit || recorded.has(call)) return;
    recorded.add(call);
    const args = auditedArguments(call.arguments, auditFieldsOf(call.tool));
    audit(context, {
      tool: call.tool,
      ...(call.policies.length > 0 && { policyIds: call.policies }),
      ...entry,
      durationMs: monotonicMs() - call.decidedAt,
      ...(args && { arguments: args }),
    });
  }
  return {
    denied(call, denial) {
      context.logFields.outcome = "refused";
      const outcome = denial.event === "rate_limited" ? "rate_limited" : "refused";
      record(call, { decision: "deny", outcome, ...denial });
    },
    answered(call, response, isCut) {
      record(call, {
        event: "tool_call",
        decision: "allow",
        outcome: outcomeOf(response, call.tool),
        ...("error" in response && { errorCode: response.error.code }),
        ...(isCut && { reason: "output_limit" }),
      });
    },
    cancelled(call, reason) {
      record(call, { event: "tool_call", decision: "allow", outcome: "cancelled", ...(reason && { reason }) });
    },
  };
}

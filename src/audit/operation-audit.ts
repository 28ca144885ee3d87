import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import type { RequestContext } from "../auth/request-context.ts";
import { monotonicMs } from "../clock.ts";
import { JsonRpcCode } from "../http/json-rpc.ts";
import { outcomeOf } from "../http/record/record-answer.ts";
import { withoutQuery } from "../http/record/without-query.ts";
import type { Operation } from "../server/operation.ts";
import type { Audit, AuditEntry } from "./audit-log.ts";
import type { OperationEvent } from "./audit-record.ts";
import { auditedArguments } from "./audited-arguments.ts";

/** An operation, and the decision about it. */
interface AuditedOperation extends Operation {
  /** Whether the policy allows it. */
  readonly allowed: boolean;
  /** Set when the policy could not be evaluated. */
  readonly failed?: true;
  /** Names of the policies that decided. */
  readonly policies: readonly string[];
  /** When it was decided, by `monotonicMs`. */
  readonly decidedAt: number;
}

export interface OperationAuditOptions {
  readonly context: RequestContext;
  readonly audit: Audit | undefined;
  /** The arguments of a tool whose values may be recorded. */
  readonly auditFieldsOf: (tool: string) => readonly string[] | undefined;
}

/** Why an operation was denied. */
interface Denial {
  readonly event: AuditEntry["event"];
  readonly reason: string;
  readonly scopes?: readonly string[];
}

/** Records the operations of one message, each once, when its outcome is known. */
export interface OperationAudit {
  /** Denied by the policy, unless another denial is given. */
  denied(operation: AuditedOperation, denial?: Denial): void;
  /** The server responded; `isCut` when its response was too large. */
  answered(operation: AuditedOperation, response: JSONRPCMessage, isCut: boolean): void;
  /** The toolkit serves it, with no response of a server. */
  served(operation: AuditedOperation): void;
  /** There will be no response. */
  cancelled(operation: AuditedOperation, reason?: string): void;
}

const EVENTS: Readonly<Record<Operation["action"], OperationEvent>> = {
  call: "tool_call",
  get: "prompt_get",
  read: "resource_read",
  complete: "completion",
  subscribe: "subscription",
};

export function createOperationAudit({ context, audit, auditFieldsOf }: OperationAuditOptions): OperationAudit {
  const recorded = new Set<AuditedOperation>();
  function record(operation: AuditedOperation, entry: Pick<AuditEntry, "outcome"> & Partial<AuditEntry>): void {
    if (!audit || recorded.has(operation)) return;
    recorded.add(operation);
    const { action, primitive, name, policies, decidedAt } = operation;
    const args = auditedArguments(operation.arguments, primitive === "tool" ? auditFieldsOf(name) : []);
    audit(context, {
      event: EVENTS[action],
      [primitive]: primitive === "resource" ? withoutQuery(name) : name,
      ...(policies.length > 0 && { policyIds: policies }),
      decision: "allow",
      ...entry,
      durationMs: monotonicMs() - decidedAt,
      ...(args && { arguments: args }),
    });
  }
  return {
    denied(operation, denial = { event: "access_denied", reason: reasonOf(operation) }) {
      context.logFields.outcome = "refused";
      const outcome = denial.event === "rate_limited" ? "rate_limited" : "refused";
      record(operation, { decision: "deny", outcome, ...denial });
    },
    answered(operation, response, isCut) {
      // A server that handles no subscriptions leaves them to the toolkit.
      const isLeft = operation.action === "subscribe" && isUnhandled(response);
      if (isLeft) this.served(operation);
      record(operation, {
        ...passed(operation),
        outcome: outcomeOf(response, operation.name),
        ...("error" in response && { errorCode: response.error.code }),
        ...(isCut && { reason: "output_limit" }),
      });
    },
    served: (operation) => record(operation, { ...passed(operation), outcome: "ok" }),
    cancelled(operation, reason) {
      record(operation, { ...passed(operation), outcome: "cancelled", ...(reason && { reason }) });
    },
  };
}

/** The fields of an operation that the policy denies and does not keep from the server, because it only logs. */
const passed = (operation: AuditedOperation): Partial<AuditEntry> =>
  operation.allowed ? {} : { decision: "deny", enforced: false, reason: reasonOf(operation) };

const isUnhandled = (response: JSONRPCMessage): boolean =>
  "error" in response && response.error.code === JsonRpcCode.METHOD_NOT_FOUND;

const reasonOf = ({ failed }: AuditedOperation): string => (failed ? "policy_failed" : "policy");

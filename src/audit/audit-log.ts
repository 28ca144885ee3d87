import type { Caller } from "../auth/caller.ts";
import type { UnauthenticatedRequest } from "../auth/request-context.ts";
import type { AnswerOutcome } from "../http/json-rpc.ts";
import { type RequestRecord, traceFields } from "../http/request-log.ts";

/** The use of one thing that a server offers. */
export type OperationEvent = "tool_call" | "prompt_get" | "resource_read" | "completion" | "subscription";

/** The caller, the operation, the decision and the outcome. Never a token, and only arguments that were declared. */
export interface AuditRecord {
  /** ISO 8601. */
  readonly time: string;
  readonly level: "info";
  readonly message: "audit";
  readonly event: OperationEvent | "access_denied" | "rate_limited";
  /** The platform's id of the request, as in its request record. */
  readonly requestId: string;
  /** As in its request record. */
  readonly traceId?: RequestRecord["traceId"];
  readonly linkedTraceId?: RequestRecord["linkedTraceId"];
  readonly clientIp?: string;
  /** The caller as one text; the following three are what it is made of. Absent where nobody was identified. */
  readonly principal?: string;
  readonly issuer?: string;
  readonly subject?: string;
  readonly clientId?: string;
  /** As the caller named it, at most 128 characters of it. */
  readonly tool?: string;
  readonly prompt?: string;
  /** URI of a resource, at most 512 characters of it. What follows a `?` is left out: it may hold a secret. */
  readonly resource?: string;
  readonly resourceTemplate?: string;
  readonly decision: "allow" | "deny";
  /** Present where the policy denied something and it was done all the same: MCP_ANYCLOUD_POLICY_MODE is `log`. */
  readonly enforced?: false;
  /** Why it was denied, or cut short: `policy`, `policy_failed`, `insufficient_scope`, `output_limit` and the like. */
  readonly reason?: string;
  /** The policies that decided. */
  readonly policyIds?: readonly string[];
  /** The scopes that the operation asks for, where the caller lacks some. */
  readonly scopes?: readonly string[];
  readonly outcome: AnswerOutcome | "cancelled" | "refused" | "rate_limited";
  /** Code of the JSON-RPC error that the server answered. */
  readonly errorCode?: number;
  /** From the decision to the outcome. */
  readonly durationMs: number;
  /** Arguments by name: values of those that the tool's `auditFields` name, `[redacted]` for all others. */
  readonly arguments?: Readonly<Record<string, unknown>>;
}

/** Takes the records of the audit log. It must not throw, and is not waited for. */
export type AuditSink = (record: AuditRecord) => void;

/** The fields of a record that its request does not hold. */
export type AuditEntry = Pick<AuditRecord, "event" | "decision" | "outcome"> &
  Partial<Omit<AuditRecord, "time" | "level" | "message" | "requestId" | "event" | "decision" | "outcome">>;

/** A request, and its caller where one was identified. */
type Audited = UnauthenticatedRequest & { readonly caller?: Caller };

/** Writes a record. */
export type Audit = (request: Audited, entry: AuditEntry) => void;

/** One JSON line on standard output, where every platform's log takes it up. */
export const writeAuditLine: AuditSink = (record) => void process.stdout.write(`${JSON.stringify(record)}\n`);

/** A name or URI that a caller chose could be of any length. */
const MAX_LENGTHS = { tool: 128, prompt: 128, resource: 512, resourceTemplate: 512 } as const;

const boundedNames = (entry: Partial<AuditRecord>): Partial<AuditRecord> =>
  Object.fromEntries(
    Object.entries(MAX_LENGTHS).flatMap(([field, length]) => {
      const name = entry[field as keyof typeof MAX_LENGTHS];
      return name === undefined ? [] : [[field, name.slice(0, length)]];
    }),
  );

/** Writes the audit log into `sink`. */
export function createAudit(sink: AuditSink): Audit {
  return ({ request, invocation, logFields, caller }, { event, durationMs = 0, ...entry }) => {
    const { requestId, clientIp } = invocation;
    const record: AuditRecord = {
      time: new Date().toISOString(),
      level: "info",
      message: "audit",
      event,
      requestId,
      ...traceFields(request, logFields),
      ...(clientIp && { clientIp }),
      ...(caller && callerFields(caller)),
      ...entry,
      ...boundedNames(entry),
      durationMs: Math.round(durationMs * 10) / 10,
    };
    try {
      sink(record);
    } catch (error) {
      // The call goes on; the loss of its record must be noticed.
      console.error(`The audit record of request ${requestId} was lost:`, error);
    }
  };
}

/** Reasons of refusals before the operation is known, by the status of the response. */
const REASONS: Readonly<Record<number, string>> = {
  400: "malformed_credentials",
  401: "unauthenticated",
  403: "insufficient_scope",
  429: "rate_limit",
};

/** Records a refusal. A 5xx is an outage, and refuses nobody. */
export function recordRefusal(audit: Audit, request: Audited, status: number): void {
  // A platform that names no caller is refused with 403, too.
  const reason = status === 403 && !request.caller ? "unauthenticated" : REASONS[status];
  if (!reason) return;
  const isLimited = status === 429;
  const event = isLimited ? "rate_limited" : "access_denied";
  audit(request, { event, decision: "deny", outcome: isLimited ? "rate_limited" : "refused", reason });
}

const callerFields = ({ principal, issuer, subject, clientId }: Caller): Partial<AuditRecord> => ({
  principal,
  ...(issuer !== undefined && { issuer }),
  ...(subject !== undefined && { subject }),
  ...(clientId !== undefined && { clientId }),
});

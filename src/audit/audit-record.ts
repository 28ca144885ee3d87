import type { AnswerOutcome } from "../http/record/record-answer.ts";
import type { RequestRecord } from "../http/record/request-record.ts";

/** The use of one thing that a server offers. */
export type OperationEvent = "tool_call" | "prompt_get" | "resource_read" | "completion" | "subscription";

/** The caller, the operation, the decision and the outcome. Never a token, and only arguments that were declared. */
export interface AuditRecord {
  /** ISO 8601. */
  readonly time: string;
  readonly level: "info";
  readonly message: "audit";
  readonly event: OperationEvent | "access_denied" | "request_refused" | "rate_limited";
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
  /** Present where there are state keys: signs the record, and says which one was before it. */
  readonly chain?: ChainLink;
}

/**
 * Takes the records of the audit log. The response does not wait for it, but the instance does where the platform would freeze
 * it behind the response. A record whose sink throws, or whose promise is rejected, is told to the error stream as lost.
 */
export type AuditSink = (record: AuditRecord) => void;

/** The place of a record in the chain of its instance. */
export interface ChainLink {
  /** Names the chain: one for each instance, from its first record on. */
  readonly id: string;
  /** From 1 on, without gaps. */
  readonly sequence: number;
  /** The `mac` of the record before this one; empty in the first. */
  readonly previous: string;
  /** Names the state key that signs the chain. */
  readonly keyId: string;
  /** HMAC-SHA-256 of everything else in the record, in base64url. */
  readonly mac: string;
}

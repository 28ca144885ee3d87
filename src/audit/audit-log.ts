import type { Caller } from "../auth/caller.ts";
import type { UnauthenticatedRequest } from "../auth/request-context.ts";
import type { StateKeySource } from "../config/key-ring.ts";
import type { RequestLogFields } from "../http/record/log-fields.ts";
import { traceFields } from "../http/record/trace-context.ts";
import type { AuditRecord, AuditSink } from "./audit-record.ts";
import { signedSink } from "./signed-sink.ts";

/** The fields of a record that its request does not hold. */
export type AuditEntry = Pick<AuditRecord, "event" | "decision" | "outcome"> &
  Partial<Omit<AuditRecord, "time" | "level" | "message" | "requestId" | "event" | "decision" | "outcome">>;

/** A request, and its caller where one was identified. */
export type Audited = UnauthenticatedRequest & { readonly caller?: Caller };

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

/** Requests that have a record. */
const recorded = new WeakSet<RequestLogFields>();

export const hasRecord = ({ logFields }: Pick<Audited, "logFields">): boolean => recorded.has(logFields);

/** Writes the audit log into `sink`, signed where there are keys. */
export function createAudit(sink: AuditSink, keys: StateKeySource = []): Audit {
  const write = signedSink(sink, keys);
  return ({ request, invocation, logFields, caller }, { event, durationMs = 0, ...entry }) => {
    const { requestId, clientIp, waitUntil } = invocation;
    recorded.add(logFields);
    const record: AuditRecord = {
      time: new Date().toISOString(),
      level: "info",
      message: "audit",
      event,
      requestId,
      ...traceFields({ request, invocation, logFields }),
      ...(clientIp && { clientIp }),
      ...(caller && callerFields(caller)),
      ...entry,
      ...boundedNames(entry),
      durationMs: Math.round(durationMs * 10) / 10,
    };
    write(record, waitUntil);
  };
}

const callerFields = ({ principal, issuer, subject, clientId }: Caller): Partial<AuditRecord> => ({
  principal,
  ...(issuer !== undefined && { issuer }),
  ...(subject !== undefined && { subject }),
  ...(clientId !== undefined && { clientId }),
});

import type { JSONRPCResponse } from "@modelcontextprotocol/server";
import type { Invocation } from "../../http/http-handler.ts";
import { JsonRpcCode } from "../../http/json-rpc.ts";
import type { RequestLogFields } from "../../http/record/log-fields.ts";
import { recordAnswer } from "../../http/record/record-answer.ts";
import { servedRequest } from "../../http/served-request.ts";
import type { MessageSpan, ObservedAttempt } from "../../http/telemetry.ts";
import type { StoredTask } from "../task-store.ts";
import type { AttemptEnd } from "./attempt.ts";
import type { TaskEnd } from "./end-task.ts";

/** A delivery of a job. */
export interface Delivery {
  readonly taskId: string;
  readonly invocation: Invocation;
  readonly logFields: RequestLogFields;
}

/** Begins the span of an attempt, where requests are observed. It ends with the record of the job. */
export function startAttempt(
  { invocation, logFields }: Delivery,
  { id, record }: StoredTask,
  waited: ObservedAttempt["waited"],
): MessageSpan | undefined {
  const { tool, attempt, startedBy } = record;
  const facts = { invocation, tool, taskId: id, attempt, startedBy, waited };
  const span = servedRequest.getStore()?.telemetry?.startAttempt(facts);
  if (span?.identity) logFields.span = span.identity;
  if (span) logFields.onEnd = span.end;
  return span;
}

/** The facts about its task that the record of a job has from the beginning. */
export const factsOf = ({ record }: StoredTask, now: number): RequestLogFields => ({
  mcpMethod: "tools/call",
  mcpName: record.tool,
  // A tool that has a task was found by its server.
  checksTools: true,
  era: "modern",
  attempt: record.attempt,
  taskAgeMs: now - record.createdAt,
});

/** How an attempt ended, for the record of its job. */
export function outcomeOfAttempt(
  end: TaskEnd | AttemptEnd | undefined,
  taskId: string,
  { deadline }: Invocation,
): RequestLogFields {
  const fields: RequestLogFields = {};
  if (end && "status" in end) recordAnswer(fields, responseOf(taskId, end));
  else if (end?.kind === "suspended") fields.outcome = "ok";
  else if (end?.kind === "lost") fields.outcome = "cancelled";
  else if (deadline?.aborted) fields.outcome = "timed_out";
  else Object.assign(fields, { outcome: "protocol_error", errorCode: JsonRpcCode.INTERNAL_ERROR });
  return fields;
}

/** The end of a task as the response that its client would have had. */
export const responseOf = (id: string, { result, error }: TaskEnd): JSONRPCResponse =>
  error ? { jsonrpc: "2.0", id, error } : { jsonrpc: "2.0", id, result: (result ?? {}) as Record<string, unknown> };

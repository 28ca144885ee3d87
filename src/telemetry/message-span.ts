import { type Attributes, type Context, context, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import type { SpanIdentity } from "../http/span-identity.ts";
import type { MessageEnd, MessageSpan } from "../http/telemetry.ts";
import { ATTRIBUTE, EXECUTE_TOOL, TOOL_ERROR } from "./names.ts";

/** The longest arguments and results that are recorded, in characters of JSON. */
const MOST_CONTENT = 8_192;

/** The id of a span that an SDK records. */
export function identityOf(span: Span): SpanIdentity | undefined {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return span.isRecording() ? { traceId, spanId, isSampled: (traceFlags & 1) === 1 } : undefined;
}

export interface StartedSpan {
  readonly span: Span;
  readonly parent: Context;
  /** Whether results are recorded. */
  readonly recordsContent: boolean;
  /** Takes what the metrics need. */
  readonly measure: (attributes: Attributes, seconds: number) => void;
  /** The name of the span, by how its message ended. */
  readonly nameOf: (end: MessageEnd) => string;
}

/** A span that is ended by the record of its message. */
export function toMessageSpan({ span, parent, recordsContent, measure, nameOf }: StartedSpan): MessageSpan {
  const own = trace.setSpan(parent, span);
  const startedAt = process.hrtime.bigint();
  let isEnded = false;
  return {
    identity: identityOf(span),
    run: (work) => context.with(own, work),
    answered(response) {
      if (recordsContent && "result" in response) span.setAttribute(ATTRIBUTE.RESULT, boundedJson(response.result));
    },
    end(end) {
      if (isEnded) return;
      isEnded = true;
      const attributes = { ...targetAttributes(end), ...errorAttributes(end) };
      span.updateName(nameOf(end));
      span.setAttributes(attributes);
      if (end.taskStatus !== undefined) span.setAttribute(ATTRIBUTE.TASK_STATUS, end.taskStatus);
      if (attributes[ATTRIBUTE.ERROR_TYPE] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
      measure(attributes, Number(process.hrtime.bigint() - startedAt) / 1e9);
    },
  };
}

/** The attributes of the thing that a message is about: only names that the server is known to have. */
export function targetAttributes({ mcpMethod, mcpName, protocolVersion }: MessageEnd): Attributes {
  return {
    ...(mcpMethod !== undefined && { [ATTRIBUTE.METHOD]: mcpMethod }),
    ...(mcpMethod === "tools/call" && { [ATTRIBUTE.OPERATION]: EXECUTE_TOOL }),
    ...(mcpName !== undefined && { [mcpMethod?.startsWith("prompts/") ? ATTRIBUTE.PROMPT : ATTRIBUTE.TOOL]: mcpName }),
    ...(protocolVersion !== undefined && { [ATTRIBUTE.PROTOCOL_VERSION]: protocolVersion }),
  };
}

const SUCCESSES: ReadonlySet<string | undefined> = new Set(["ok", "input_required", undefined]);

function errorAttributes({ outcome, errorCode }: MessageEnd): Attributes {
  if (SUCCESSES.has(outcome)) return {};
  if (outcome === "tool_error") return { [ATTRIBUTE.ERROR_TYPE]: TOOL_ERROR };
  const isCode = outcome === "protocol_error" && errorCode !== undefined;
  return {
    [ATTRIBUTE.ERROR_TYPE]: isCode ? String(errorCode) : outcome,
    ...(errorCode !== undefined && { [ATTRIBUTE.STATUS_CODE]: String(errorCode) }),
  };
}

/** A value as JSON, cut where it is long. A value that JSON cannot hold is left out. */
export function boundedJson(value: unknown): string {
  try {
    return (JSON.stringify(value) ?? "").slice(0, MOST_CONTENT);
  } catch {
    return "";
  }
}

import { type Attributes, context, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { TelemetryConfig } from "../config/telemetry-settings.ts";
import { toTraceparent } from "../http/record/trace-context.ts";
import type { MessageEnd, MessageSpan, ObservedAttempt, ObservedMessage, Telemetry } from "../http/telemetry.ts";
import { createDurations } from "./durations.ts";
import { flushProviders } from "./flush.ts";
import { messageAttributes, methodOf, SHOWN_ID, shownNameIn } from "./message-attributes.ts";
import { identityOf, targetAttributes, toMessageSpan } from "./message-span.ts";
import { ATTRIBUTE, EXECUTE_TOOL, METRIC, SPAN } from "./names.ts";
import { ambientContext, linkTo, parentOf } from "./parent-context.ts";
import { createStoreOperations } from "./store-operations.ts";
import type { TelemetrySource } from "./telemetry-source.ts";
import { TRACER } from "./tracer-name.ts";

/**
 * Spans and metrics by OpenTelemetry's conventions for MCP, through `@opentelemetry/api`: into whatever SDK is registered in
 * this process, by an import of the server, by a layer or by the platform. Without one, nothing is recorded.
 */
export const openTelemetry = (): TelemetrySource => ({ open: (config) => createTelemetry(config) });

/** `flush` sends what is ready. Default: through the SDK that is registered. */
export function createTelemetry(config: TelemetryConfig, flush: Telemetry["flush"] = flushProviders): Telemetry {
  const tracer = trace.getTracer(TRACER);
  const serverDurations = createDurations(METRIC.SERVER_DURATION);
  const clientDurations = createDurations(METRIC.CLIENT_DURATION);
  const recordsContent = config.telemetryContent === "on";

  function startMessage(observed: ObservedMessage): MessageSpan {
    const { message, isKnown } = observed;
    const { context: parent, links } = parentOf(observed, config.telemetrySampling === "caller");
    const mcpMethod = methodOf(message);
    const mcpName = shownNameIn(message);
    const target = mcpName !== undefined && isKnown(mcpMethod, mcpName) ? { mcpMethod, mcpName } : { mcpMethod };
    const attributes = { ...targetAttributes(target), ...messageAttributes(observed, recordsContent) };
    const span = tracer.startSpan(toName(target), { kind: SpanKind.SERVER, attributes, links }, parent);
    const measure = (more: Attributes, seconds: number): void => serverDurations({ ...more, ...NETWORK }, seconds);
    return toMessageSpan({ span, parent, recordsContent, measure, nameOf: toName });
  }

  function startAttempt({ invocation, tool, taskId, attempt, startedBy, waited }: ObservedAttempt): MessageSpan {
    const parent = ambientContext(invocation.traceparent);
    const attributes = {
      [ATTRIBUTE.OPERATION]: EXECUTE_TOOL,
      [ATTRIBUTE.TOOL]: tool,
      [ATTRIBUTE.TASK_ID]: taskId.slice(0, SHOWN_ID),
      [ATTRIBUTE.TASK_ATTEMPT]: attempt,
    };
    const name = `${EXECUTE_TOOL} ${tool}`;
    const span = tracer.startSpan(name, { kind: SpanKind.CONSUMER, attributes, links: linkTo(startedBy) }, parent);
    if (waited) {
      const { from: startTime, until, kind } = waited;
      const options = { startTime, attributes: { [ATTRIBUTE.TASK_WAIT]: kind } };
      tracer.startSpan(SPAN.WAIT, options, trace.setSpan(parent, span)).end(until);
    }
    return toMessageSpan({ span, parent, recordsContent, measure: () => {}, nameOf: () => name });
  }

  return {
    startMessage,
    startAttempt,
    startServerRequest(request, protocolVersion) {
      const attributes = {
        [ATTRIBUTE.METHOD]: request.method,
        [ATTRIBUTE.PROTOCOL_VERSION]: protocolVersion,
        ...NETWORK,
      };
      const own = { ...attributes, [ATTRIBUTE.REQUEST_ID]: String(request.id) };
      const span = tracer.startSpan(request.method, { kind: SpanKind.CLIENT, attributes: own });
      const startedAt = process.hrtime.bigint();
      return {
        request: withContext(request, span),
        end(errorType) {
          const failure = errorType === undefined ? {} : { [ATTRIBUTE.ERROR_TYPE]: errorType };
          endSpan(span, failure);
          clientDurations({ ...attributes, ...failure }, Number(process.hrtime.bigint() - startedAt) / 1e9);
        },
      };
    },
    async step(key, work) {
      const span = tracer.startSpan(SPAN.STEP, { attributes: { [ATTRIBUTE.TASK_STEP]: key } });
      try {
        const result = await context.with(trace.setSpan(context.active(), span), work);
        span.end();
        return result;
      } catch (error) {
        endSpan(span, { [ATTRIBUTE.ERROR_TYPE]: error instanceof Error ? error.name : "_OTHER" });
        throw error;
      }
    },
    startStoreOperation: createStoreOperations(tracer, config.telemetryStore),
    flush,
  };
}

/** Attributes of every message: MCP is served over HTTP alone. */
const NETWORK = { [ATTRIBUTE.TRANSPORT]: "tcp", [ATTRIBUTE.PROTOCOL]: "http" } as const;

const toName = ({ mcpMethod = "_OTHER", mcpName }: MessageEnd): string =>
  mcpName === undefined ? mcpMethod : `${mcpMethod} ${mcpName}`;

function endSpan(span: Span, failure: Attributes): void {
  span.setAttributes(failure);
  if (Object.keys(failure).length > 0) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** The same request with the span as the parent of what the client does (MCP 2026-07-28, Basic, `_meta`). */
function withContext<Request extends { readonly params?: object | undefined }>(request: Request, span: Span): Request {
  const identity = identityOf(span);
  if (!identity) return request;
  const { params } = request as { params?: { _meta?: object } };
  const traceparent = toTraceparent(identity);
  return { ...request, params: { ...params, _meta: { ...params?._meta, traceparent } } };
}

import { context, SpanKind, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import type { TelemetryConfig } from "../config/telemetry-settings.ts";
import type { Telemetry } from "../http/telemetry.ts";
import { ATTRIBUTE, SPAN } from "./names.ts";

/** Tells of operations of the store: keys and values are in no span. */
export function createStoreOperations(
  tracer: Tracer,
  form: TelemetryConfig["telemetryStore"],
): Telemetry["startStoreOperation"] {
  return (operation) => {
    if (form === "off") return undefined;
    const attributes = { [ATTRIBUTE.STORE_OPERATION]: operation };
    if (form === "events") {
      const parent = trace.getSpan(context.active());
      if (!parent?.isRecording()) return undefined;
      return (error) => {
        const failure = error === undefined ? {} : { [ATTRIBUTE.ERROR_TYPE]: typeOf(error) };
        if (parent.isRecording()) parent.addEvent(`${SPAN.STORE} ${operation}`, { ...attributes, ...failure });
      };
    }
    const span = tracer.startSpan(`${SPAN.STORE} ${operation}`, { kind: SpanKind.CLIENT, attributes });
    return (error) => {
      if (error !== undefined) {
        span.setAttribute(ATTRIBUTE.ERROR_TYPE, typeOf(error));
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    };
  };
}

/** The code of one of our errors, which tells more than its class. */
const typeOf = (error: unknown): string =>
  String((error as { readonly code?: unknown } | null)?.code ?? (error instanceof Error ? error.name : "_OTHER"));

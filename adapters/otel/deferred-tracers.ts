import {
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  type Span,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import { DeferredSpan } from "./deferred-span.ts";

/** The ids of the next span that an SDK makes. */
export interface NextIds {
  traceId: string;
  spanId: string;
}

/** Tracers that keep spans until an SDK is there. */
export interface DeferredTracers {
  readonly provider: TracerProvider;
  /** Hands what was kept, and everything from now on, to the SDK. `next`: its ids for the span that is being handed over. */
  replay(sdk: TracerProvider, next: { ids: NextIds | undefined }): void;
  /** Drops what was kept, and everything from now on. */
  drop(): void;
}

/** The most spans that are kept: those of the first requests of a process. */
const MOST_SPANS = 1_000;

export function createDeferredTracers(): DeferredTracers {
  const kept: Array<{ readonly span: DeferredSpan; readonly tracer: readonly [string, string | undefined] }> = [];
  let sdk: TracerProvider | "none" | undefined;

  function startSpan(
    tracer: readonly [string, string | undefined],
    name: string,
    options: SpanOptions = {},
    active: Context = context.active(),
  ): Span {
    if (sdk === "none") return trace.wrapSpanContext(trace.getSpanContext(active) ?? INVALID_SPAN_CONTEXT);
    if (sdk) return sdk.getTracer(...tracer).startSpan(name, options, active);
    const parent = options.root ? undefined : trace.getSpanContext(active);
    const hasParent = parent !== undefined && isSpanContextValid(parent);
    const ids = { traceId: hasParent ? parent.traceId : randomId(16), spanId: randomId(8) };
    const start = { name, options: { startTime: Date.now(), ...options }, context: active };
    const span = new DeferredSpan(start, { ...ids, traceFlags: TraceFlags.SAMPLED });
    if (kept.length >= MOST_SPANS) return trace.wrapSpanContext(span.spanContext());
    kept.push({ span, tracer });
    return span;
  }

  const tracerOf = (...tracer: readonly [string, string | undefined]): Tracer => ({
    startSpan: (name, options, active) => startSpan(tracer, name, options, active),
    startActiveSpan(name: string, ...rest: unknown[]) {
      const work = rest.at(-1) as (span: Span) => never;
      const [options = {}, active = context.active()] = rest.slice(0, -1) as [SpanOptions?, Context?];
      const span = startSpan(tracer, name, options, active);
      return context.with(trace.setSpan(active, span), work, undefined, span);
    },
  });

  return {
    provider: { getTracer: (name, version) => tracerOf(name, version) },
    replay(provider, next) {
      sdk = provider;
      for (const { span, tracer } of kept.splice(0)) {
        next.ids = span.spanContext();
        span.replay(provider.getTracer(...tracer));
      }
      next.ids = undefined;
    },
    drop() {
      sdk = "none";
      kept.length = 0;
    },
  };
}

/** As the SDK makes ids: no secret, and the first use of Web Crypto would take milliseconds of the first answer. */
const randomId = (bytes: number): string =>
  Array.from({ length: bytes * 2 }, () => Math.floor(Math.random() * 16).toString(16)).join("");

import { context, metrics, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

/** The SDK of OpenTelemetry in this process, which keeps what it records. */
const exporter = new InMemorySpanExporter();
const metricExporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 });

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

/** A span with its children, as a test compares it. */
export interface SpanTree {
  readonly name: string;
  readonly kind: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly isError?: true;
  readonly links?: readonly string[];
  readonly events?: readonly string[];
  readonly children?: readonly SpanTree[];
}

/** The spans that ended since the last call, as trees, in the order in which they began. */
export function takeSpans(): { readonly spans: ReadableSpan[]; readonly trees: SpanTree[] } {
  const spans = exporter.getFinishedSpans();
  exporter.reset();
  const ids = new Set(spans.map((span) => span.spanContext().spanId));
  const began = [...spans].sort((a, b) => a.startTime[0] - b.startTime[0] || a.startTime[1] - b.startTime[1]);
  const childrenOf = (id: string | undefined): SpanTree[] =>
    began
      .filter(({ parentSpanContext: parent }) =>
        id === undefined ? !ids.has(parent?.spanId ?? "") : parent?.spanId === id,
      )
      .map((span) => toTree(span, childrenOf(span.spanContext().spanId)));
  return { spans, trees: childrenOf(undefined) };
}

function toTree(span: ReadableSpan, children: SpanTree[]): SpanTree {
  const { name, kind, attributes, status, links, events } = span;
  return {
    name,
    kind: SpanKind[kind],
    attributes,
    ...(status.code === SpanStatusCode.ERROR && { isError: true as const }),
    ...(links.length > 0 && { links: links.map((link) => link.context.traceId) }),
    ...(events.length > 0 && { events: events.map((event) => event.name) }),
    ...(children.length > 0 && { children }),
  };
}

/** Data points of the metrics since the last call: name, attributes, boundaries. */
export async function takeMetrics(): Promise<
  Array<{ readonly name: string; readonly unit: string; readonly attributes: object; readonly boundaries: number[] }>
> {
  await reader.forceFlush();
  const found = metricExporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  metricExporter.reset();
  return found.flatMap(({ descriptor, dataPoints }) =>
    dataPoints.map(({ attributes, value }) => ({
      name: descriptor.name,
      unit: descriptor.unit,
      attributes,
      boundaries: (value as { readonly buckets: { readonly boundaries: number[] } }).buckets.boundaries,
    })),
  );
}

/** The SDK of OpenTelemetry and its exporters. In an artefact a file of its own, which is loaded after the first answer. */
import type { MeterProvider as ApiMeterProvider, TracerProvider as ApiTracerProvider } from "@opentelemetry/api";
import {
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from "@opentelemetry/otlp-transformer";
import { type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import { AggregationTemporality, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  RandomIdGenerator,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { NextIds } from "./deferred-tracers.ts";
import { createExporter, type Export } from "./exporter.ts";
import type { Destination, OtelVariables } from "./otel-variables.ts";
import type { SamplerChoice } from "./sampler.ts";

export interface OtelSdkOptions {
  readonly variables: OtelVariables;
  /** The client's word on sampling counts. */
  readonly honoursCaller: boolean;
  /** The ids of the next span, where it began before the SDK was there. */
  readonly next: { readonly ids: NextIds | undefined };
  /** Gets one sentence when a receiver does not take what it is sent. */
  readonly tell: (problem: string) => void;
}

/** One signal of the SDK. */
interface Signal<Provider> {
  readonly provider: Provider;
  /** Settles when everything that is ready was sent, or dropped. */
  flush(): Promise<void>;
}

export interface OtelSdk {
  /** Undefined where no spans are sent. */
  readonly traces: Signal<ApiTracerProvider> | undefined;
  /** Undefined where no metrics are sent. */
  readonly metrics: Signal<ApiMeterProvider> | undefined;
}

/** Spans that wait to be sent. */
const MOST_WAITING = 4_096;
const BATCH_MS = 1_000;
/** The SDK sends no metrics of its own accord: when that is due depends on the platform. */
const NEVER_MS = 2_147_483_647;

export function createOtelSdk(options: OtelSdkOptions): OtelSdk {
  const { traces, metrics } = options.variables;
  const told = new Set<string>();
  const tellOf =
    (what: "Spans" | "Metrics") =>
    (failure: string): void => {
      // Spans and metrics may fail at one receiver for one reason, which is told once.
      if (!told.has(failure))
        options.tell(`${what} could not be sent to ${failure}. They are dropped until it takes them.`);
      told.add(failure);
    };
  return {
    traces: traces && createTraces(traces, createExporter(traces, tellOf("Spans")), options),
    metrics: metrics && createMetrics(metrics, createExporter(metrics, tellOf("Metrics")), options.variables),
  };
}

function createTraces(
  { protocol, timeoutMs }: Destination,
  send: Export,
  { variables, honoursCaller, next }: OtelSdkOptions,
): Signal<ApiTracerProvider> {
  const random = new RandomIdGenerator();
  const serializer = protocol === "http/json" ? JsonTraceSerializer : ProtobufTraceSerializer;
  const processor = new BatchSpanProcessor({
    exporter: {
      export: (spans, done) => void send(() => serializer.serializeRequest(spans)).then(() => done({ code: 0 })),
      shutdown: async () => {},
    },
    scheduledDelayMillis: BATCH_MS,
    exportTimeoutMillis: timeoutMs,
    maxQueueSize: MOST_WAITING,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes(variables.resource),
    sampler: toSampler(variables.sampler, honoursCaller),
    idGenerator: {
      generateTraceId: () => next.ids?.traceId ?? random.generateTraceId(),
      generateSpanId: () => next.ids?.spanId ?? random.generateSpanId(),
    },
    spanProcessors: [processor],
  });
  return { provider, flush: () => provider.forceFlush() };
}

function createMetrics(
  { protocol, timeoutMs }: Destination,
  send: Export,
  { temporality: wanted, resource }: OtelVariables,
): Signal<ApiMeterProvider> {
  const isCumulative = wanted === "cumulative";
  const serializer = protocol === "http/json" ? JsonMetricsSerializer : ProtobufMetricsSerializer;
  const temporality = isCumulative ? AggregationTemporality.CUMULATIVE : AggregationTemporality.DELTA;
  const reader = new PeriodicExportingMetricReader({
    exporter: {
      export: (metrics, done) => void send(() => serializer.serializeRequest(metrics)).then(() => done({ code: 0 })),
      selectAggregationTemporality: () => temporality,
      forceFlush: async () => {},
      shutdown: async () => {},
    },
    exportIntervalMillis: NEVER_MS,
    exportTimeoutMillis: timeoutMs,
  });
  const provider = new MeterProvider({ resource: toMetricResource(resource, isCumulative), readers: [reader] });
  return { provider, flush: () => provider.forceFlush() };
}

/** A total has one writer: each instance then has a series of its own (OpenTelemetry, Metrics Data Model, "Single-Writer"). */
const toMetricResource = (attributes: OtelVariables["resource"], isCumulative: boolean): Resource =>
  resourceFromAttributes({ ...(isCumulative && { "service.instance.id": crypto.randomUUID() }), ...attributes });

function toSampler({ kind, isParentBased, ratio }: SamplerChoice, honoursCaller: boolean): Sampler {
  const root =
    kind === "always_on"
      ? new AlwaysOnSampler()
      : kind === "always_off"
        ? new AlwaysOffSampler()
        : new TraceIdRatioBasedSampler(ratio);
  if (!isParentBased) return root;
  // A parent in another process is a caller's word.
  return new ParentBasedSampler(
    honoursCaller ? { root } : { root, remoteParentSampled: root, remoteParentNotSampled: root },
  );
}

/** The SDK of OpenTelemetry and its exporter. In an artefact a file of its own, which is loaded after the first answer. */
import type { TracerProvider as ApiTracerProvider } from "@opentelemetry/api";
import { JsonTraceSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  RandomIdGenerator,
  type ReadableSpan,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { NextIds } from "./deferred-tracers.ts";
import type { OtelVariables, SamplerChoice } from "./otel-variables.ts";
import { createReceiver } from "./receiver.ts";

export interface OtelSdkOptions {
  readonly url: URL;
  readonly variables: OtelVariables;
  /** The client's word on sampling counts. */
  readonly honoursCaller: boolean;
  /** The ids of the next span, where it began before the SDK was there. */
  readonly next: { readonly ids: NextIds | undefined };
  /** Gets one sentence when the receiver does not take spans. */
  readonly tell: (problem: string) => void;
}

export interface OtelSdk {
  readonly provider: ApiTracerProvider;
  /** Settles when everything that has ended was sent, or dropped. */
  flush(): Promise<void>;
}

/** Pauses after an export that failed, in milliseconds: spans of the time are dropped, and nobody waits for them. */
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 300_000;
/** Spans that wait to be sent. */
const MOST_WAITING = 4_096;
const BATCH_MS = 1_000;

export function createOtelSdk(options: OtelSdkOptions): OtelSdk {
  const { variables, honoursCaller, next } = options;
  const random = new RandomIdGenerator();
  const exporter = createExporter(options);
  const processor = new BatchSpanProcessor({
    exporter,
    scheduledDelayMillis: BATCH_MS,
    exportTimeoutMillis: variables.timeoutMs,
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

function createExporter({ url, variables, tell }: OtelSdkOptions): SpanExporter {
  const send = createReceiver(url, variables);
  const serializer = variables.protocol === "http/json" ? JsonTraceSerializer : ProtobufTraceSerializer;
  let pauseMs = 0;
  let pausedUntil = 0;

  async function exportSpans(spans: ReadableSpan[]): Promise<void> {
    if (Date.now() < pausedUntil) return;
    try {
      const body = serializer.serializeRequest(spans);
      if (body) await send(body);
      pauseMs = 0;
    } catch (error) {
      if (pauseMs === 0)
        tell(`Spans could not be sent to ${url.host}: ${reasonOf(error)}. They are dropped until it takes them.`);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2 || FIRST_PAUSE_MS);
      pausedUntil = Date.now() + pauseMs;
    }
  }
  return {
    // A failure was told, and is no concern of the SDK's.
    export: (spans, done) => void exportSpans(spans).then(() => done({ code: 0 })),
    shutdown: async () => {},
  };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message.replace(/\.$/, "") : "it failed");

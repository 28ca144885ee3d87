import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A span as OTLP/HTTP has it in JSON (opentelemetry-proto, trace.proto). */
export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly status?: { readonly code?: number };
  readonly links?: ReadonlyArray<{ readonly traceId: string }>;
  readonly attributes: ReadonlyArray<{ readonly key: string; readonly value: Readonly<Record<string, unknown>> }>;
}

/** A point of a metric, as OTLP/HTTP has it in JSON (opentelemetry-proto, metrics.proto). */
interface OtlpPoint {
  readonly metric: string;
  readonly unit: string;
  /** 1 delta, 2 cumulative. */
  readonly temporality: number;
  readonly count: number;
  readonly sum: number;
  readonly explicitBounds: readonly number[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface OtlpReceiver extends AsyncDisposable {
  readonly address: string;
  readonly spans: OtlpSpan[];
  /** Points of histograms, and of sums and gauges, whose `count` is their value. */
  readonly points: OtlpPoint[];
  readonly requests: Array<{
    readonly url: string | undefined;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }>;
}

/** A receiver on loopback. `answer` replaces its answer. */
export async function startReceiver(
  answer?: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<OtlpReceiver> {
  const spans: OtlpSpan[] = [];
  const points: OtlpPoint[] = [];
  const requests: OtlpReceiver["requests"] = [];
  const server = createServer(async (request, response) => {
    const chunks = await Array.fromAsync(request as AsyncIterable<Buffer>);
    const body = Buffer.concat(chunks).toString();
    requests.push({ url: request.url, headers: request.headers, body });
    if (answer) return answer(request, response);
    const { resourceSpans = [], resourceMetrics = [] } = JSON.parse(body);
    for (const { scopeSpans } of resourceSpans) {
      for (const scope of scopeSpans) spans.push(...scope.spans);
    }
    for (const { resource, scopeMetrics } of resourceMetrics) {
      const metrics = scopeMetrics.flatMap((scope: { metrics: unknown[] }) => scope.metrics);
      points.push(...metrics.flatMap((metric: OtlpMetric) => toPoints(metric, resource.attributes)));
    }
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    points,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface OtlpMetric {
  readonly name: string;
  readonly unit: string;
  readonly histogram?: OtlpData;
  readonly sum?: OtlpData;
  readonly gauge?: OtlpData;
}

type KeyValues = OtlpSpan["attributes"];

interface OtlpData {
  readonly aggregationTemporality: number;
  readonly dataPoints: ReadonlyArray<
    Pick<OtlpPoint, "count" | "sum" | "explicitBounds"> & { readonly attributes: KeyValues; readonly asDouble?: number }
  >;
}

function toPoints({ name, unit, histogram, sum, gauge }: OtlpMetric, resource: KeyValues): OtlpPoint[] {
  const { aggregationTemporality: temporality, dataPoints } = (histogram ?? sum ?? gauge) as OtlpData;
  return dataPoints.map(({ count, asDouble, sum: total, explicitBounds, attributes }) => ({
    ...{ metric: name, unit, temporality, count: Number(count ?? asDouble), sum: total, explicitBounds },
    attributes: toRecord(attributes),
    resource: toRecord(resource),
  }));
}

const toRecord = (pairs: KeyValues): Record<string, unknown> =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]));

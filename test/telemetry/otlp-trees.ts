import type { OtlpSpan } from "./otlp-receiver.ts";
import type { SpanTree } from "./recorded-spans.ts";

/** Kinds of spans by their number (opentelemetry-proto, trace.proto). */
const KINDS = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
const ERROR = 2;

/** Spans as trees, in the order in which they began. Events are left out. */
export function treesOf(spans: readonly OtlpSpan[]): SpanTree[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const began = [...spans].sort((a, b) => Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)));
  const childrenOf = (parent: string | undefined): SpanTree[] =>
    began
      .filter(({ parentSpanId = "" }) => (parent === undefined ? !ids.has(parentSpanId) : parentSpanId === parent))
      .map(toTree);

  function toTree({ name, kind, attributes, status, links = [], spanId }: OtlpSpan): SpanTree {
    const children = childrenOf(spanId);
    return {
      name,
      kind: KINDS[kind] ?? String(kind),
      attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
      ...(status?.code === ERROR && { isError: true as const }),
      ...(links.length > 0 && { links: links.map(({ traceId }) => traceId) }),
      ...(children.length > 0 && { children }),
    };
  }
  return childrenOf(undefined);
}

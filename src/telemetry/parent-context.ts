import {
  type Attributes,
  type Context,
  context,
  createTraceState,
  type Link,
  propagation,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import { ambientSpan, parseTraceparent } from "../http/record/trace-context.ts";
import type { SpanIdentity } from "../http/span-identity.ts";
import type { ObservedMessage } from "../http/telemetry.ts";

/** Where the span of a message hangs. */
export interface Parent {
  readonly context: Context;
  readonly links: Link[];
}

/** The longest `tracestate` and `baggage` that are taken (W3C Trace Context §3.3.1.5, Baggage §3.3.2). */
const MOST_STATE = 512;
const MOST_BAGGAGE = 8_192;
const MOST_ENTRIES = 64;

/**
 * The parent of a message: the span that its client names in `_meta` (MCP 2026-07-28, Basic, `_meta`), with the span of the HTTP
 * request as a link; where it names none, the span of the HTTP request. A client's word on sampling counts only where that is
 * configured: otherwise anybody could have everything recorded.
 */
export function parentOf({ request, invocation, message }: ObservedMessage, honoursCaller: boolean): Parent {
  const active = context.active();
  const running = trace.getSpanContext(active);
  const ambient = running ?? toSpanContext(ambientSpan({ request, invocation }));
  const meta = metaOf(message);
  const named = parseTraceparent(meta.traceparent);
  if (!named) return { context: ambient && !running ? trace.setSpanContext(active, ambient) : active, links: [] };
  const traceFlags = honoursCaller ? flagsOf(named) : (ambient?.traceFlags ?? TraceFlags.SAMPLED);
  const { tracestate, baggage } = meta;
  const isState = typeof tracestate === "string" && tracestate.length <= MOST_STATE;
  const parent = {
    ...{ traceId: named.traceId, spanId: named.spanId, traceFlags, isRemote: true },
    ...(isState && { traceState: createTraceState(tracestate) }),
  };
  const links = ambient && ambient.traceId !== named.traceId ? [{ context: ambient }] : [];
  return { context: withBaggage(trace.setSpanContext(active, parent), baggage), links };
}

/** A link to a span that was written down as `traceparent`. */
export function linkTo(traceparent: string | undefined, attributes?: Attributes): Link[] {
  const found = toSpanContext(parseTraceparent(traceparent));
  return found ? [{ context: found, ...(attributes && { attributes }) }] : [];
}

/** The context of the platform's own span, for work that no message began. */
export function ambientContext(traceparent: string | undefined): Context {
  const active = context.active();
  const found = trace.getSpanContext(active) ? undefined : toSpanContext(parseTraceparent(traceparent));
  return found ? trace.setSpanContext(active, found) : active;
}

const flagsOf = ({ isSampled }: SpanIdentity): TraceFlags => (isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE);

const toSpanContext = (identity: SpanIdentity | undefined) =>
  identity && {
    traceId: identity.traceId,
    spanId: identity.spanId,
    traceFlags: flagsOf(identity),
    isRemote: true,
  };

function metaOf(message: object): Readonly<Record<string, unknown>> {
  const { params } = message as { readonly params?: { readonly _meta?: unknown } | null };
  const meta = params?._meta;
  return typeof meta === "object" && meta !== null ? (meta as Readonly<Record<string, unknown>>) : {};
}

function withBaggage(parent: Context, baggage: unknown): Context {
  if (typeof baggage !== "string" || baggage.length > MOST_BAGGAGE) return parent;
  const entries = baggage.split(",").slice(0, MOST_ENTRIES).flatMap(toEntry);
  return entries.length === 0
    ? parent
    : propagation.setBaggage(parent, propagation.createBaggage(Object.fromEntries(entries)));
}

function toEntry(member: string): Array<[string, { value: string }]> {
  const match = /^\s*([!#$%&'*+.^`|~\w-]{1,256})\s*=\s*([!#-+\--:<-[\]-~]*)\s*(;.*)?$/.exec(member);
  try {
    return match ? [[match[1] ?? "", { value: decodeURIComponent(match[2] ?? "") }]] : [];
  } catch {
    return [];
  }
}

import type { InvocationContext } from "@azure/functions";
import type { Invocation } from "../../src/adapter.ts";
import { startDeadline } from "../shared/deadline.ts";
import type { InFlight } from "../shared/in-flight.ts";
import { ipAddress } from "../shared/ip-address.ts";
import type { ProxiedConnection } from "./proxied-connection.ts";

/** An invocation that is in progress. */
export interface OpenInvocation {
  readonly facts: Invocation;
  /** The response has ended: stops the deadline, so that no timer outlives its request. Idempotent. */
  close(): void;
}

export interface InvocationOptions {
  readonly context: InvocationContext;
  /** Absent when the app does not stream. */
  readonly connection: ProxiedConnection | undefined;
  /** `functionTimeout` of the app; `Infinity` when it has none. */
  readonly timeoutMs: number;
  readonly inFlight: InFlight;
}

/** Longest time between `deadline` and `functionTimeout`; shorter timeouts leave a fifth of theirs. */
const LONGEST_MARGIN_MS = 5_000;

/** Reads the facts of an invocation and starts its deadline. Azure does not report client disconnects: no `signal`. */
export function openInvocation({ context, connection, timeoutMs, inFlight }: InvocationOptions): OpenInvocation {
  const deadline = startDeadline(timeoutMs - Math.min(LONGEST_MARGIN_MS, timeoutMs / 5));
  const stopping = new AbortController();
  const { keep, leave } = inFlight.enter({ stop: () => stopping.abort(), fire: deadline.fire });
  const address = clientIp(connection);
  // The span of the Functions host, which goes on with the trace of the HTTP request.
  const traceparent = context.traceContext?.traceParent;
  return {
    facts: {
      requestId: context.invocationId,
      ...(address !== undefined && { clientIp: address }),
      ...(traceparent && { traceparent }),
      deadline: deadline.signal,
      ...(deadline.endsAt && { deadlineAt: deadline.endsAt }),
      stopping: stopping.signal,
      canStream: connection !== undefined,
      waitUntil: (work) => keep(work, (error) => context.error("work after the response failed:", error)),
    },
    close() {
      clearTimeout(deadline.timer);
      leave();
    },
  };
}

/**
 * The address in `client-ip`, which a client cannot set: "App Service will overwrite any existing header so they cannot be
 * spoofed" (https://github.com/Azure/app-service-linux-docs, headers.md). Front Door and API Management put their own
 * address there.
 */
const clientIp = (connection: ProxiedConnection | undefined): string | undefined =>
  ipAddress(connection?.request.headersDistinct["client-ip"]?.[0] ?? "");

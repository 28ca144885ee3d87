import type { ServerResponse } from "node:http";
import { type Invocation, readConfig } from "../../src/adapter.ts";
import { startDeadline } from "../shared/deadline.ts";
import type { InFlight } from "../shared/in-flight.ts";
import type { CloudRunRequest } from "./cloud-run-request.ts";
import { clientAddress } from "./connection/client-address.ts";
import { closeAfter } from "./connection/last-response.ts";
import { correlateIn } from "./trace.ts";

/** Facts about the instance, which the platform writes into its environment. */
export interface CloudRunEnvironment {
  /** True on Cloud Run, where every request comes through Google's front end ("Container runtime contract"). */
  readonly managed: boolean;
  /** Proxies in front whose entries of X-Forwarded-For count. */
  readonly trustedProxies: number;
  /** When a request's `deadline` fires, counted from its arrival. */
  readonly deadlineMs: number;
  /** Joins lines of the log to traces. */
  readonly correlate?: Invocation["correlate"];
}

/** Cloud Run's request timeout where the service sets none ("Set request timeout for services"). */
const DEFAULT_TIMEOUT_SECONDS = 300;

/** Longest time between `deadline` and the timeout; shorter timeouts leave a tenth of theirs. A cold start uses it up. */
const LONGEST_MARGIN_SECONDS = 10;

/**
 * The platform sets `CLOUD_RUN_TIMEOUT_SECONDS` for Google's own frameworks (functions-framework, options.js); whoever deploys a
 * container says so in `MCP_ANYCLOUD_TIMEOUT_SECONDS`. Throws CONFIG_INVALID for a number of trusted proxies that is none.
 */
export function readEnvironment(environment: NodeJS.ProcessEnv): CloudRunEnvironment {
  const { K_SERVICE, CLOUD_RUN_TIMEOUT_SECONDS, MCP_ANYCLOUD_TIMEOUT_SECONDS, GOOGLE_CLOUD_PROJECT } = environment;
  const { MCP_ANYCLOUD_TRUSTED_PROXIES } = environment;
  const managed = Boolean(K_SERVICE);
  // Google's front end appends one entry.
  const { trustedProxies = managed ? 1 : 0 } = readConfig({ MCP_ANYCLOUD_TRUSTED_PROXIES });
  const given = Number(MCP_ANYCLOUD_TIMEOUT_SECONDS || CLOUD_RUN_TIMEOUT_SECONDS);
  const timeoutSeconds = given > 0 ? given : DEFAULT_TIMEOUT_SECONDS;
  const marginSeconds = Math.min(LONGEST_MARGIN_SECONDS, timeoutSeconds / 10);
  const correlate = correlateIn(GOOGLE_CLOUD_PROJECT);
  return {
    managed,
    trustedProxies,
    deadlineMs: (timeoutSeconds - marginSeconds) * 1000,
    ...(correlate && { correlate }),
  };
}

export interface InvocationOptions {
  readonly incoming: CloudRunRequest;
  readonly outgoing: ServerResponse;
  readonly environment: CloudRunEnvironment;
  readonly inFlight: InFlight;
}

/** Reads the facts of one request and starts its deadline, whose timer ends with the response. */
export function openInvocation({ incoming, outgoing, environment, inFlight }: InvocationOptions): Invocation {
  const disconnected = new AbortController();
  const deadline = startDeadline(environment.deadlineMs);
  const stopping = new AbortController();
  const stop = (): void => {
    closeAfter(outgoing);
    stopping.abort();
  };
  const { keep, leave } = inFlight.enter({ stop, fire: deadline.fire });
  outgoing.once("close", () => {
    clearTimeout(deadline.timer);
    leave();
    // The same event means three things (functions-framework, timeout.js): the data plane timed out, the client
    // disconnected, or the response is complete. The last is no disconnect.
    if (!outgoing.writableFinished) disconnected.abort();
  });
  const clientIp = clientAddress(incoming, environment.trustedProxies);
  return {
    // Not the trace id: a client may send the same one twice.
    requestId: process.getBuiltinModule("node:crypto").randomUUID(),
    ...(clientIp && { clientIp }),
    ...(environment.correlate && { correlate: environment.correlate }),
    signal: disconnected.signal,
    deadline: deadline.signal,
    ...(deadline.endsAt && { deadlineAt: deadline.endsAt }),
    stopping: stopping.signal,
    canStream: true,
    // SIGTERM waits for the work. Between requests an instance has a CPU only with instance-based billing; without it the
    // work goes on during the next request ("Billing settings for services").
    waitUntil: (work) => keep(work, logFailure),
  };
}

const logFailure = (error: unknown): void => console.error("work after a response failed:", error);

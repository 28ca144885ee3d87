import type { ServerResponse } from "node:http";
import { type Invocation, LightSignal } from "../../src/adapter.ts";
import type { InFlight } from "./in-flight.ts";
import type { CloudRunRequest } from "./request.ts";

/** What the platform says about the instance, read once from its environment. */
export interface CloudRunEnvironment {
  /** True on Cloud Run, where every request comes through Google's front end ("Container runtime contract"). */
  readonly managed: boolean;
  /** When a request's `deadline` fires, counted from its arrival. */
  readonly deadlineMs: number;
}

/** Cloud Run's request timeout where the service sets none ("Set request timeout for services"). */
const DEFAULT_TIMEOUT_SECONDS = 300;

/** Time a stream gets to end before the platform cuts it; a tenth of short timeouts. A cold start eats into it. */
const MARGIN_SECONDS = 10;

/** `CLOUD_RUN_TIMEOUT_SECONDS` is what the platform hands to Google's own frameworks (functions-framework options.js). */
export function readEnvironment(environment: NodeJS.ProcessEnv): CloudRunEnvironment {
  const { K_SERVICE, CLOUD_RUN_TIMEOUT_SECONDS } = environment;
  const given = Number(CLOUD_RUN_TIMEOUT_SECONDS);
  const timeoutSeconds = given > 0 ? given : DEFAULT_TIMEOUT_SECONDS;
  const marginSeconds = Math.min(MARGIN_SECONDS, timeoutSeconds / 10);
  return { managed: Boolean(K_SERVICE), deadlineMs: (timeoutSeconds - marginSeconds) * 1000 };
}

export interface InvocationOptions {
  readonly incoming: CloudRunRequest;
  readonly outgoing: ServerResponse;
  readonly environment: CloudRunEnvironment;
  readonly inFlight: InFlight;
}

/** The facts about one request. Its timer ends with the response. */
export function createInvocation({ incoming, outgoing, environment, inFlight }: InvocationOptions): Invocation {
  const signal = new LightSignal();
  const deadline = new LightSignal();
  const timer = setTimeout(() => deadline.abort(), environment.deadlineMs);
  timer.unref();
  outgoing.once("close", () => {
    clearTimeout(timer);
    // The functions-framework's timeout.js says of the same event: the data plane timed out, the client
    // disconnected, or the response is complete.
    if (!outgoing.writableFinished) signal.abort();
  });
  inFlight.enter(outgoing, deadline);
  const clientIp = environment.managed ? lastForwarded(incoming) : incoming.socket.remoteAddress;
  return {
    // Not the trace id: a client may send its own, twice.
    requestId: process.getBuiltinModule("node:crypto").randomUUID(),
    ...(clientIp && { clientIp: clientIp.replace(/^::ffff:(?=\d+\.)/, "") }),
    signal,
    deadline,
    canStream: true,
    // Waited for at SIGTERM. Between requests an instance has a CPU only with instance-based billing; without it the
    // work goes on while the next request is served ("Billing settings for services").
    waitUntil: inFlight.keep,
  };
}

/**
 * The address that Google's front end saw. It appends to what the client sent, so only the last entry is its word.
 * Behind an Application Load Balancer the last entry is probably the balancer's, not the client's; no document says so.
 */
function lastForwarded(incoming: CloudRunRequest): string | undefined {
  const forwarded = incoming.headers["x-forwarded-for"];
  const list = Array.isArray(forwarded) ? forwarded.join() : forwarded;
  return list?.slice(list.lastIndexOf(",") + 1).trim();
}

import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { InstancePool, Lease } from "../instances.ts";
import { type Forwarding, forward, MAX_MESSAGE_BYTES } from "./forward.ts";
import { type Rejection, refuse } from "./refusal.ts";
import type { ServiceInstance } from "./service-instance.ts";

export interface FrontEndOptions {
  readonly pool: InstancePool<ServiceInstance>;
  /** Name of the header by which the instances know the front end; undefined when they answer everyone. */
  readonly secret: string | undefined;
  /** How long a request waits for an instance with room, at present. */
  pendingMs(): number;
  /** How long a request may take from its arrival, including a cold start. */
  readonly requestTimeoutMs: number;
}

/** Emulates Google's front end of one service: limits, waiting, the request timeout, and forwarding to an instance. */
export function createFrontEnd({ pool, secret, pendingMs, requestTimeoutMs }: FrontEndOptions): RequestListener {
  return async (incoming, outgoing) => {
    outgoing.on("error", () => {});
    if (Number(incoming.headers["content-length"] ?? 0) > MAX_MESSAGE_BYTES) {
      return refuse(incoming, outgoing, "requestTooLarge");
    }
    let forwarding: Forwarding | undefined;
    // The instance goes on, because it serves other requests ("Set request timeout for services").
    const timer = setTimeout(() => {
      refuse(incoming, outgoing, "timedOut");
      forwarding?.cut();
    }, requestTimeoutMs);
    outgoing.once("close", () => clearTimeout(timer));

    const lease = await leaseWithin(pool, pendingMs());
    if (typeof lease === "string") return respond(incoming, outgoing, lease);
    try {
      if (outgoing.destroyed || outgoing.headersSent) return;
      forwarding = forward(incoming, outgoing, { port: lease.instance.port, secret });
      const refusal = await forwarding.over;
      if (refusal) respond(incoming, outgoing, refusal);
    } finally {
      lease.release();
    }
  };
}

function respond(incoming: IncomingMessage, outgoing: ServerResponse, refusal: Rejection): void {
  if (!outgoing.headersSent && !outgoing.destroyed) refuse(incoming, outgoing, refusal);
}

/** A lease of an instance, or the reason why there is none. */
async function leaseWithin(
  pool: InstancePool<ServiceInstance>,
  pendingMs: number,
): Promise<Lease<ServiceInstance> | "noInstance" | "instanceFailed"> {
  const coming = pool.lease().catch(() => "instanceFailed" as const);
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<"noInstance">((resolve) => {
    timer = setTimeout(resolve, pendingMs, "noInstance");
  });
  const first = await Promise.race([coming, tooLate]);
  clearTimeout(timer);
  // A lease that comes too late is released.
  if (first === "noInstance") void coming.then((lease) => typeof lease === "object" && lease.release());
  return first;
}

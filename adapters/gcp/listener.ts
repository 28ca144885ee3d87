import type { ServerResponse } from "node:http";
import { catchErrors, type HttpHandler } from "../../src/adapter.ts";
import { createInFlight } from "./in-flight.ts";
import { createInvocation, readEnvironment } from "./invocation.ts";
import { type CloudRunRequest, toRequestHead } from "./request.ts";
import { readBody, refuseBody } from "./request-body.ts";
import { send, sendable } from "./response.ts";

/** A request listener of `node:http` and of Express: what Cloud Run calls in both of its forms. */
export type CloudRunListener = (incoming: CloudRunRequest, outgoing: ServerResponse) => Promise<void>;

export interface DrainableListener {
  readonly listener: CloudRunListener;
  /** Fires every deadline and settles when the instance has nothing left to do, or after `graceMs`. */
  drain(graceMs: number): Promise<void>;
}

/** Serves requests with `handler` and knows which are under way. */
export function createListener(handler: HttpHandler): DrainableListener {
  const serve = catchErrors(sendable(handler));
  const environment = readEnvironment(process.env);
  const inFlight = createInFlight();

  async function listener(incoming: CloudRunRequest, outgoing: ServerResponse): Promise<void> {
    // A write that loses the race with a disconnect is reported here too; `close` has said it already.
    outgoing.on("error", () => {});
    const invocation = createInvocation({ incoming, outgoing, environment, inFlight });
    const body = await readBody(incoming);
    if (body === "cut off") return;
    if (body === "too large") return refuseBody(incoming, outgoing);
    const head = toRequestHead(incoming);
    const response = await serve(body.byteLength > 0 ? { ...head, body } : head, invocation);
    await send(response, outgoing, invocation.requestId);
  }
  return { listener, drain: inFlight.drain };
}

import type { ServerResponse } from "node:http";
import { catchErrors, type HttpHandler } from "../../src/adapter.ts";
import { createInFlight, type InFlight } from "../shared/in-flight.ts";
import { openInvocation, readEnvironment } from "./invocation.ts";
import { type CloudRunRequest, toRequest } from "./request.ts";
import { readBody, refuseBody } from "./request-body.ts";
import { checkResponses, sendResponse } from "./response.ts";

/** A request listener of `node:http` and of Express, the form of both a container and a function. */
export type CloudRunListener = (incoming: CloudRunRequest, outgoing: ServerResponse) => Promise<void>;

export interface DrainableListener {
  readonly listener: CloudRunListener;
  readonly drain: InFlight["drain"];
}

/** Serves requests with `handler` and keeps track of those in progress. */
export function createListener(handler: HttpHandler): DrainableListener {
  const serve = catchErrors(checkResponses(handler));
  const environment = readEnvironment(process.env);
  const inFlight = createInFlight();

  async function listener(incoming: CloudRunRequest, outgoing: ServerResponse): Promise<void> {
    // A write that races with a disconnect reports an error, and `close` reports the disconnect.
    outgoing.on("error", () => {});
    const invocation = openInvocation({ incoming, outgoing, environment, inFlight });
    const body = await readBody(incoming);
    if (body === "cut off") return;
    if (body === "too large") return refuseBody(incoming, outgoing);
    const response = await serve(toRequest(incoming, body), invocation);
    await sendResponse(response, outgoing, invocation.requestId);
  }
  return { listener, drain: inFlight.drain };
}

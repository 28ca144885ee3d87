import type { ServerResponse } from "node:http";
import { catchErrors, type HttpHandler } from "../../src/adapter.ts";
import { createInFlight, type InFlight } from "../shared/in-flight.ts";
import type { CloudRunRequest } from "./cloud-run-request.ts";
import { closeAfter, isBehindLast } from "./connection/last-response.ts";
import { openInvocation, readEnvironment } from "./invocation.ts";
import { toRequest } from "./request.ts";
import { checkResponses, sendResponse } from "./response.ts";

/** A request listener of `node:http` and of Express, the form of both a container and a function. */
export type CloudRunListener = (incoming: CloudRunRequest, outgoing: ServerResponse) => Promise<void>;

export interface DrainableListener {
  /** `beforeRead` is called when somebody begins to read the body. */
  readonly listener: (incoming: CloudRunRequest, outgoing: ServerResponse, beforeRead?: () => void) => Promise<void>;
  readonly drain: InFlight["drain"];
}

/** Longest time in which a client may take nothing of its response, where no setting says it. */
const READER_SECONDS = 60;

/** Serves requests with `handler` and keeps track of those in progress. */
export function createListener(handler: HttpHandler, readerMs: number = READER_SECONDS * 1000): DrainableListener {
  const serve = catchErrors(checkResponses(handler));
  const environment = readEnvironment(process.env);
  const inFlight = createInFlight();

  async function listener(incoming: CloudRunRequest, outgoing: ServerResponse, beforeRead?: () => void): Promise<void> {
    if (isBehindLast(incoming)) return;
    // A write that races with a disconnect reports an error, and `close` reports the disconnect.
    outgoing.on("error", () => {});
    const invocation = openInvocation({ incoming, outgoing, environment, inFlight });
    const request = toRequest(incoming, beforeRead);
    // HTTP/1.0 knows no chunks: a proxy may have taken their end for another one (RFC 9112 §6.1).
    if (incoming.httpVersion === "1.0" && "transfer-encoding" in request.headers) closeAfter(outgoing);
    const response = await serve(request, invocation);
    await sendResponse(response, outgoing, { requestId: invocation.requestId, readerMs });
  }
  return { listener, drain: inFlight.drain };
}

import type { HttpRequest, HttpResponse } from "./handler.ts";

/** One POST to the endpoint, its body parsed, on its way to a server. */
export interface Exchange {
  readonly request: HttpRequest;
  /** The parsed JSON of the body. */
  readonly message: unknown;
  /** Fires when nobody waits for the answer any more: the client left, or the platform's time is up. */
  readonly abandoned: AbortSignal;
  /** Fires while there is still time to end a stream cleanly. */
  readonly deadline?: AbortSignal;
  /** False when the answer must be one JSON body. */
  readonly canStream: boolean;
  /** Told why the answer is a 5xx, for the operator; the client is not. */
  readonly failed: (error: unknown) => void;
}

/** Serves the messages of one protocol era. What it throws becomes an internal error. */
export type Leg = (exchange: Exchange) => Promise<HttpResponse>;

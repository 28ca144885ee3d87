import type { IncomingMessage } from "node:http";

/** A request of `node:http`, with the members that Express (`originalUrl`) and the Functions Framework (the rest) add. */
export interface CloudRunRequest extends IncomingMessage {
  readonly originalUrl?: string;
  /** The body, where the framework has already read and inflated it. */
  readonly rawBody?: Uint8Array;
  /** Present on every request of the framework (its execution_context.js). */
  readonly executionId?: string;
}

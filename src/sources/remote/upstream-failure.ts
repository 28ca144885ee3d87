import { ProtocolError } from "@modelcontextprotocol/server";
import { JsonRpcCode } from "../../http/json-rpc.ts";
import type { ForwardedRequest, JsonObject } from "../forwarding/forwarded-request.ts";
import { toToolError } from "../forwarding/result.ts";

/** Kinds of failures of a server that is asked over a wire. */
export type FailureKind =
  /** It could not be reached, did not answer in time, or answered with what is no answer. */
  | "unavailable"
  /** It refuses the gateway, or the gateway holds a request back. Asking again at once changes nothing. */
  | "refused"
  /** It answered with more than is passed on, to this request. Others are none the worse. */
  | "too-much"
  /** Nobody waits for its answer any more. */
  | "cancelled"
  /** It no longer knows the session. */
  | "session-lost";

/** The reason why there is no answer of an upstream. `message` is for its client: without addresses and secrets. */
export class UpstreamFailure extends Error {
  override readonly name = "UpstreamFailure";
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** The answer to a request that got none: for a tool call, an error that the model reads. Throws ProtocolError for any other. */
export function toUnanswered({ method }: Pick<ForwardedRequest, "method">, { message }: UpstreamFailure): JsonObject {
  const text = `The server behind this one gave no answer. ${message}`;
  if (method === "tools/call") return toToolError(text);
  throw new ProtocolError(JsonRpcCode.INTERNAL_ERROR, text);
}

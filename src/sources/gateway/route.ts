import type { JSONRPCNotification } from "@modelcontextprotocol/server";
import type { ForwardedRequest, JsonObject } from "../forwarding/forwarded-request.ts";
import type { Naming } from "./naming.ts";

/** Takes a notification that belongs to no request. */
export type OnSessionNotification = (notification: JSONRPCNotification) => void;

/** The way to one source, for one request of a client. */
export interface Route {
  readonly naming: Naming;
  send(request: ForwardedRequest, onSessionNotification: OnSessionNotification): Promise<JsonObject>;
}

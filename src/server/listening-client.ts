import type { RequestContext } from "../auth/request-context.ts";
import { lazyRequest } from "../http/lazy-request.ts";
import { logAboutRequest } from "../http/served-request.ts";
import type { OpenServices, OpenServicesOf } from "../services/services.ts";
import { createFactoryContext, type FactoryContext } from "./server-factory.ts";

/** A client that listens for changes on this instance. */
export interface ListeningClient {
  /**
   * The argument of a factory. A change that is told with its `notify` reaches the clients of all instances once, also where
   * many of them learn of it, and up to a second later.
   */
  readonly context: FactoryContext;
  /** URIs of the resources that it asked to hear of. In the 2025 protocols it asks a server for that, with `resources/subscribe`. */
  readonly resources: readonly string[];
  /** Its session, in the 2025 protocols, and what it declared when that began. */
  readonly session?: {
    readonly id: string;
    readonly initialize: Readonly<Record<"capabilities" | "clientInfo", unknown>>;
  };
  /** Fires when it no longer listens. */
  readonly signal: AbortSignal;
}

/** Called when a client begins to listen. What is begun for it has to end with its signal. */
export type OnListen = (client: ListeningClient) => void;

interface Listening extends Omit<ListeningClient, "context"> {
  readonly era: FactoryContext["era"];
  readonly request: Pick<RequestContext, "request" | "principal" | "caller" | "authInfo">;
  readonly openServices: OpenServicesOf;
}

/** Calls a server's `onListen`. What that throws is logged: the client hears the changes that there are. */
export function callOnListen(onListen: OnListen | undefined, listening: Listening): void {
  const { era, request, openServices, signal, ...client } = listening;
  if (!onListen || signal.aborted) return;
  let opened: OpenServices | undefined;
  const services = (): OpenServices => {
    opened ??= openServices({ principal: request.principal, message: undefined, sharesChanges: true });
    return opened;
  };
  const webRequest = lazyRequest(request.request, signal);
  try {
    onListen({ ...client, signal, context: createFactoryContext({ era, mcpRequest: request, services, webRequest }) });
  } catch (error) {
    logAboutRequest("onListen threw:", error);
  }
}

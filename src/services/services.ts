import type { ServerEvent, ServerNotifier } from "@modelcontextprotocol/server";
import type { RequestContext } from "../auth/request-context.ts";
import type { LoadStateKeys, StateKeySource } from "../config/key-ring.ts";
import type { ObservedStore } from "../store/observed-store.ts";
import type { CallerScope } from "./caller-scope.ts";
import type { ChangeEvents } from "./change-events.ts";
import { createHandles, type Handles } from "./handles.ts";
import { missingStore } from "./missing-store.ts";
import { createOnce, type Once } from "./once.ts";
import { type ClosedBuckets, createRateLimiter, type RateLimiter } from "./rate-limiter.ts";
import { createRequestState, type RequestState } from "./request-state.ts";
import { isStoreFailure, watchingFailures } from "./store-failures.ts";

/**
 * What servers share across instances. Everything but `notify` is for the caller of this request, and throws STORE_MISSING
 * when used where no store is configured, STORE_UNAVAILABLE when it cannot be asked.
 */
export interface Services {
  /** Tells clients that listen, on whatever instance, that tools, prompts or resources changed. */
  readonly notify: ServerNotifier;
  /** Keeps values under names that cannot be guessed, to be passed between calls. */
  readonly handles: Handles;
  /** Runs work once per key, on whatever instances it is asked for. */
  readonly once: Once;
  /** Holds callers to limits that count for all instances together. */
  readonly rateLimiter: RateLimiter;
  /** Seals what a call remembers while its client asks the user. */
  readonly requestState: RequestState;
}

/** The services of one exchange, and what became of them. */
export interface OpenServices {
  /** Made when they are first looked at. */
  readonly services: Services;
  /** False as long as nobody has looked at them. */
  readonly inUse: boolean;
  /** Settles when what `notify` was told so far is in the store, or has failed to get there. Never rejects. */
  settled(): Promise<void>;
  /** The first failure of the store that a service met: an error that the server answers may be no more than its echo. */
  readonly failure?: Error | undefined;
}

/** Opens the services for a request, at next to no cost. `message` is what the request carries. */
export type OpenServicesOf = (
  requestContext: RequestContext & { readonly message?: unknown },
  message?: unknown,
) => OpenServices;

export interface ServicesOptions {
  readonly store: ObservedStore;
  /** Whether all instances share the store, and it outlives them. */
  readonly durable: boolean;
  /** Keys that seal what travels through the client. */
  readonly stateKeys?: StateKeySource | undefined;
  readonly changeEvents: ChangeEvents;
  /** Unix time in milliseconds. */
  readonly now?: () => number;
}

/** The services of an endpoint, to be opened for each of its requests. */
export function createServices(options: ServicesOptions): OpenServicesOf {
  const { durable, stateKeys, changeEvents, now = Date.now } = options;
  const store = durable ? options.store : missingStore;
  const closedBuckets: ClosedBuckets = new Map();

  return (requestContext, message = requestContext.message) => {
    let services: Services | undefined;
    let failure: Error | undefined;
    const inFlight = new Set<Promise<void>>();
    const recordFailure = (error: unknown): void => {
      if (isStoreFailure(error)) failure ??= error;
    };
    const publish = (event: ServerEvent): void => {
      const publishing = changeEvents.publish(event).catch(recordFailure);
      inFlight.add(publishing);
      void publishing.then(() => inFlight.delete(publishing));
    };
    const make = (): Services => {
      // In `verify`, the SDK would turn it into the client's mistake.
      const keys = typeof stateKeys === "function" ? watched(stateKeys, recordFailure) : stateKeys;
      const { principal } = requestContext;
      const scope: CallerScope = { store: watchingFailures(store, recordFailure), principal, now };
      return {
        notify: createNotifier(publish),
        handles: createHandles(scope),
        once: createOnce(scope),
        rateLimiter: createRateLimiter(scope, closedBuckets),
        requestState: createRequestState(scope, { keys, durable, message }),
      };
    };
    return {
      get services() {
        services ??= make();
        return services;
      },
      get inUse() {
        return services !== undefined;
      },
      async settled() {
        await Promise.all(inFlight);
      },
      get failure() {
        return failure;
      },
    };
  };
}

/** The same keys, with what asking for them throws told to `note`, too. */
const watched =
  (load: LoadStateKeys, note: (error: unknown) => void): LoadStateKeys =>
  (keyId) =>
    load(keyId).catch((error: unknown) => {
      note(error);
      throw error;
    });

const createNotifier = (publish: (event: ServerEvent) => void): ServerNotifier => ({
  toolsChanged: () => publish({ kind: "tools_list_changed" }),
  promptsChanged: () => publish({ kind: "prompts_list_changed" }),
  resourcesChanged: () => publish({ kind: "resources_list_changed" }),
  resourceUpdated: (uri) => publish({ kind: "resource_updated", uri }),
});

import type { Principal } from "../auth/principal.ts";
import type { LoadStateKeys, StateKeySource } from "../config/key-ring.ts";
import { recordFailure as logFailure } from "../http/error-response.ts";
import { servedRequest } from "../http/served-request.ts";
import type { ObservedStore } from "../store/observed-store.ts";
import type { CallerScope } from "./caller-scope.ts";
import type { ChangeEvent, ChangeEvents } from "./change-events.ts";
import { createHandles, type Handles } from "./handles.ts";
import { missingStore } from "./missing-store.ts";
import { createNotify, type Notify } from "./notify.ts";
import { createOnce, type Once } from "./once.ts";
import { type ClosedBuckets, createRateLimiter, type RateLimiter } from "./rate-limiter.ts";
import { createRequestState, type RequestState } from "./request-state.ts";
import { isStoreFailure, watchingFailures } from "./store-failures.ts";

/**
 * Services that servers share across instances. All but `notify` are for the caller of this request, and throw STORE_MISSING
 * when used where no store is configured, STORE_UNAVAILABLE when it cannot be asked.
 */
export interface Services {
  /** Tells clients that listen, on whatever instance, that tools, prompts or resources changed. */
  readonly notify: Notify;
  /** Keeps values under names that cannot be guessed, to be passed between calls. */
  readonly handles: Handles;
  /** Runs work once per key, on whatever instances it is asked for. */
  readonly once: Once;
  /** Holds callers to limits that count for all instances together. */
  readonly rateLimiter: RateLimiter;
  /** Seals what a call remembers while its client asks the user. */
  readonly requestState: RequestState;
}

/** The services of one request. */
export interface OpenServices {
  /** Created when they are first read. */
  readonly services: Services;
  /** False as long as nobody has read them. */
  readonly inUse: boolean;
  /** False as long as there is no write to wait for. */
  readonly hasWrites: boolean;
  /**
   * Adds a write that the response has to wait for: its client finds the written value, and a platform that freezes the
   * instance after the response does not cut it short. A failure goes to `onFailure`.
   */
  addWrite(write: Promise<void>, onFailure: (error: unknown) => void): void;
  /** Settles when those writes, and the changes that `notify` was told, have succeeded or failed. Never rejects. */
  flush(): Promise<void>;
  /** The first failure of the store that a service met. An error in the server's response may only repeat it. */
  readonly failure?: Error | undefined;
}

/** The caller and the message that services are opened for. */
export interface ServedMessage {
  readonly principal: Principal;
  /** The parsed JSON of the body. */
  readonly message: unknown;
  /** Whether what is told with `notify` is learned by many instances, each by itself. Default false. */
  readonly sharesChanges?: boolean;
}

/** Opens the services for a request, at next to no cost. */
export type OpenServicesOf = (served: ServedMessage) => OpenServices;

export interface ServicesOptions {
  readonly store: ObservedStore;
  /** Whether all instances share the store, and it outlives them. */
  readonly durable: boolean;
  /** Keys that seal values which travel through the client. */
  readonly stateKeys?: StateKeySource | undefined;
  readonly changeEvents: ChangeEvents;
}

/** The services of an endpoint, to be opened for each of its requests. */
export function createServices(options: ServicesOptions): OpenServicesOf {
  const closedBuckets: ClosedBuckets = new Map();
  return (served) => new RequestServices({ ...options, ...served, closedBuckets });
}

type RequestServicesOptions = ServicesOptions & ServedMessage & { readonly closedBuckets: ClosedBuckets };

class RequestServices implements OpenServices {
  readonly #options: RequestServicesOptions;
  inUse = false;
  hasWrites = false;
  readonly #writes = new Set<Promise<void>>();
  #services: Services | undefined;
  failure: Error | undefined;

  constructor(options: RequestServicesOptions) {
    this.#options = options;
  }

  get services(): Services {
    this.inUse = true;
    this.#services ??= this.#create();
    return this.#services;
  }

  addWrite(write: Promise<void>, onFailure: (error: unknown) => void): void {
    this.hasWrites = true;
    const done = write.catch(onFailure);
    this.#writes.add(done);
    void done.then(() => this.#writes.delete(done));
  }

  async flush(): Promise<void> {
    await Promise.all(this.#writes);
  }

  #create(): Services {
    const { durable, stateKeys, store, principal, message, closedBuckets, changeEvents, sharesChanges } = this.#options;
    const send = sharesChanges ? changeEvents.publishShared : changeEvents.publish;
    const recordFailure = (error: unknown): void => {
      if (isStoreFailure(error)) this.failure ??= error;
    };
    const publish = (event: ChangeEvent): void =>
      this.addWrite(send(event), (error) => {
        recordFailure(error);
        // The answer does not tell of it.
        const served = servedRequest.getStore();
        if (served) logFailure(served.logFields, error);
      });
    // In `verify`, the SDK would turn the failure into the client's mistake.
    const keys = typeof stateKeys === "function" ? withFailures(stateKeys, recordFailure) : stateKeys;
    const scope: CallerScope = {
      store: watchingFailures(durable ? store : missingStore, recordFailure),
      principal,
      now: store.now,
    };
    return {
      notify: createNotify(publish),
      handles: createHandles(scope),
      once: createOnce(scope),
      rateLimiter: createRateLimiter(scope, closedBuckets),
      requestState: createRequestState(scope, { keys, durable, message }),
    };
  }
}

/** The same keys, with failures to load them passed to `record`, too. */
const withFailures =
  (load: LoadStateKeys, record: (error: unknown) => void): LoadStateKeys =>
  (keyId) =>
    load(keyId).catch((error: unknown) => {
      record(error);
      throw error;
    });

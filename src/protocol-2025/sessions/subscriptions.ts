import type { ObservedStore } from "../../store/observed-store.ts";
import type { StateKey, StateStore } from "../../store/store.ts";

/**
 * Resources that a session subscribes to at a time. Each is an item of its own, so that a request adds one without losing
 * against those that come at the same time.
 */
export const MAX_SUBSCRIPTIONS = 1_000;

const PREFIX = "resource/";

const partitionOf = (sessionId: string): string => `subscriptions/${sessionId}`;

/** By a hash, because a URI may be longer than a key. */
function subscriptionKey(sessionId: string, uri: string): StateKey {
  const { createHash } = process.getBuiltinModule("node:crypto");
  return { partition: partitionOf(sessionId), sort: PREFIX + createHash("sha256").update(uri).digest("base64url") };
}

export interface SubscriptionOptions {
  readonly sessionId: string;
  readonly uri: string;
  /** Unix time in whole seconds, of the session. */
  readonly expiresAt: number;
}

/** Adds a subscription. False when there are too many. Throws STORE_UNAVAILABLE. */
export async function addSubscription(store: ObservedStore, options: SubscriptionOptions): Promise<boolean> {
  const { sessionId, uri, expiresAt } = options;
  const key = subscriptionKey(sessionId, uri);
  await store.put({ ...key, value: "subscribed", expiresAt });
  const all = await store.list(key.partition, { prefix: PREFIX, limit: MAX_SUBSCRIPTIONS + 1 });
  if (all.length <= MAX_SUBSCRIPTIONS) return true;
  await store.delete(key);
  return false;
}

/** Removes a subscription, if there is one. Throws STORE_UNAVAILABLE. */
export const removeSubscription = (store: ObservedStore, { sessionId, uri }: SubscriptionOptions): Promise<void> =>
  store.delete(subscriptionKey(sessionId, uri));

export const isSubscribed = async (store: StateStore, sessionId: string, uri: string): Promise<boolean> =>
  (await store.get(subscriptionKey(sessionId, uri))) !== undefined;

/** Lets the subscriptions live as long as their session, which was renewed. Throws STORE_UNAVAILABLE. */
export async function renewSubscriptions(store: ObservedStore, sessionId: string, expiresAt: number): Promise<void> {
  const items = await store.list(partitionOf(sessionId), { prefix: PREFIX });
  // One that was removed meanwhile stays so.
  await Promise.allSettled(items.map((item) => store.put({ ...item, expiresAt }, item)));
}

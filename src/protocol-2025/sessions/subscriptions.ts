import type { ObservedStore } from "../../store/observed-store.ts";
import { isConflict, type StateKey, type StateStore } from "../../store/store.ts";

/** Resources that a session subscribes to at a time. Each is an item of its own, and their number is counted in another. */
export const MAX_SUBSCRIPTIONS = 1_000;

const PREFIX = "resource/";

const partitionOf = (sessionId: string): string => `subscriptions/${sessionId}`;

const counterKey = (sessionId: string): StateKey => ({ partition: partitionOf(sessionId), sort: "count" });

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

/** Adds a subscription without reading the others. False when there are too many. Throws STORE_UNAVAILABLE. */
export async function addSubscription(store: ObservedStore, options: SubscriptionOptions): Promise<boolean> {
  const { sessionId, uri, expiresAt } = options;
  try {
    await store.put({ ...subscriptionKey(sessionId, uri), value: "subscribed", expiresAt }, "absent");
  } catch (error) {
    if (isConflict(error)) return true;
    throw error;
  }
  if ((await store.add(counterKey(sessionId), 1, expiresAt)) <= MAX_SUBSCRIPTIONS) return true;
  await removeSubscription(store, options);
  return false;
}

/** Removes a subscription, if there is one. Throws STORE_UNAVAILABLE. */
export async function removeSubscription(store: ObservedStore, options: SubscriptionOptions): Promise<void> {
  const { sessionId, uri, expiresAt } = options;
  const item = await store.get(subscriptionKey(sessionId, uri));
  if (!item) return;
  try {
    // When several requests remove it at once, only one may lower the count: the write succeeds for one of them.
    await store.put({ ...item, expiresAt: Math.floor(store.now() / 1000) }, item);
  } catch (error) {
    if (isConflict(error)) return;
    throw error;
  }
  await store.add(counterKey(sessionId), -1, expiresAt);
}

export const isSubscribed = async (store: StateStore, sessionId: string, uri: string): Promise<boolean> =>
  (await store.get(subscriptionKey(sessionId, uri))) !== undefined;

/** Lets the subscriptions live as long as their session, which was renewed. Throws STORE_UNAVAILABLE. */
export async function renewSubscriptions(store: ObservedStore, sessionId: string, expiresAt: number): Promise<void> {
  const items = await store.list(partitionOf(sessionId), { prefix: PREFIX });
  if (items.length === 0) return;
  await store.add(counterKey(sessionId), 0, expiresAt);
  // One that was removed meanwhile stays so.
  await Promise.allSettled(items.map((item) => store.put({ ...item, expiresAt }, item)));
}

import type { StateKey } from "../../../src/adapter.ts";
import { freshVersion, toKey } from "./item.ts";
import type { Requests } from "./requests.ts";

export interface CounterContext {
  readonly requests: Requests;
  /** Unix time in whole seconds. */
  readonly nowSeconds: () => number;
}

/**
 * Adds to a counter in one step and returns the sum. Throws STORE_UNAVAILABLE also when the answer was lost, because an
 * addition that is sent again may count twice.
 */
export async function addToCounter(
  { requests, nowSeconds }: CounterContext,
  key: StateKey,
  amount: number,
  expiresAt: number,
): Promise<number> {
  const update = (expression: string, condition: string) =>
    requests.attemptOnce((client, signal) => {
      const input = {
        Key: toKey(key),
        UpdateExpression: expression,
        ConditionExpression: condition,
        ExpressionAttributeNames: { "#value": "value" },
        ExpressionAttributeValues: {
          ":amount": { N: String(amount) },
          ":expiresAt": { N: String(expiresAt) },
          ":version": { N: String(freshVersion()) },
          ":now": { N: String(nowSeconds()) },
        },
        // UPDATED_NEW need not name what the addition of 0 leaves as it is.
        ReturnValues: "ALL_NEW",
      } as const;
      return client.update(input, signal);
    });
  for (;;) {
    const added = await update(
      "ADD #value :amount SET expiresAt = :expiresAt, version = :version",
      "attribute_not_exists(pk) OR expiresAt > :now",
    );
    // An expired counter begins again; when somebody else was faster with that, it can be added to.
    const { output } = added.output
      ? added
      : await update("SET #value = :amount, expiresAt = :expiresAt, version = :version", "expiresAt <= :now");
    if (output) return Number(output.Attributes?.value?.N);
  }
}

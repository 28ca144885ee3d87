import type { StateKey } from "../../../src/adapter.ts";
import { freshVersion } from "../../shared/fresh-version.ts";
import { toKey } from "./item.ts";
import type { Requests } from "./requests.ts";

export interface CounterContext {
  readonly requests: Requests;
  /** Unix time in whole seconds. */
  readonly nowSeconds: () => number;
}

/**
 * Adds to a counter in one step and returns the sum. An addition is sent again only when it was certainly not applied: it
 * would count twice, and no condition tells it apart from the additions of others, which change the item as well. So a lost
 * answer is STORE_UNAVAILABLE. That is rare, because an addition takes no connection that may be closed
 * (adapters/shared/connections.ts).
 */
export async function addToCounter(
  { requests, nowSeconds }: CounterContext,
  key: StateKey,
  amount: number,
  expiresAt: number,
): Promise<number> {
  const update = (expression: string, condition: string) =>
    requests.attemptOnce((client, options) => {
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
        // UPDATED_NEW may leave out an attribute that an addition of 0 does not change.
        ReturnValues: "ALL_NEW",
      } as const;
      return client.update(input, options);
    });
  for (;;) {
    const added = await update(
      "ADD #value :amount SET expiresAt = :expiresAt, version = :version",
      "attribute_not_exists(pk) OR expiresAt > :now",
    );
    // An expired counter begins again. If another instance has begun it meanwhile, the loop adds to it.
    const { output } = added.output
      ? added
      : await update("SET #value = :amount, expiresAt = :expiresAt, version = :version", "expiresAt <= :now");
    if (output) return Number(output.Attributes?.value?.N);
  }
}

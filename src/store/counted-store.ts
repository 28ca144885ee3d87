import { servedRequest } from "../http/served-request.ts";
import type { StateStore } from "./store.ts";

/** The same store, whose operations are counted for the request that takes them. */
export function counted(store: StateStore): StateStore {
  const counting = <Verb extends Operation>(verb: Verb, field: "storeReads" | "storeWrites"): StateStore[Verb] => {
    const operation = store[verb].bind(store) as (...operands: unknown[]) => unknown;
    return ((...operands: unknown[]) => {
      const served = servedRequest.getStore();
      if (!served) return operation(...operands);
      const { logFields } = served;
      logFields[field] = (logFields[field] ?? 0) + 1;
      const ended = served.telemetry?.startStoreOperation(verb);
      const result = operation(...operands);
      if (ended) (result as Promise<unknown>).then(() => ended(), ended);
      return result;
    }) as StateStore[Verb];
  };
  const { watch } = store;
  return {
    get: counting("get", "storeReads"),
    list: counting("list", "storeReads"),
    put: counting("put", "storeWrites"),
    delete: counting("delete", "storeWrites"),
    add: counting("add", "storeWrites"),
    ...(watch && { watch: watch.bind(store) }),
  };
}

type Operation = Exclude<keyof StateStore, "watch">;

import type { TypedData } from "./worker-protocol.ts";

export interface TriggerSource {
  /** As the client sent it, without the question mark. */
  readonly query: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly params: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The host binds the body only of a request that declares its length. */
  readonly hasContentLength: boolean;
}

/**
 * The trigger metadata of an HTTP request (azure-webjobs-sdk-extensions, HttpTriggerAttributeBindingProvider: BindAsync and
 * GetRequestBindingData): one case-insensitive dictionary, filled in this order: properties of a JSON body, query parameters
 * but `code`, route parameters, and `Query` and `Headers` only if those names are still free. So a client can forge
 * `Headers`, from which `@azure/functions` reads the headers when it streams.
 */
export function toTriggerMetadata(source: TriggerSource): Record<string, TypedData> {
  const data = new Map<string, [key: string, value: TypedData]>();
  const put = (key: string, value: TypedData): void => {
    const lower = key.toLowerCase();
    data.set(lower, [data.get(lower)?.[0] ?? key, value]);
  };
  const query = gather(new URLSearchParams(source.query), ",");
  const headers = gather(source.headers, ",");
  if (source.hasContentLength) for (const [key, value] of jsonProperties(source.body)) put(key, value);
  for (const [key, value] of Object.entries(query)) if (key.toLowerCase() !== "code") put(key, { string: value });
  for (const [key, value] of Object.entries(source.params)) put(key, { string: value });
  if (!data.has("query")) put("Query", { json: JSON.stringify(query) });
  if (!data.has("headers")) put("Headers", { json: JSON.stringify(headers) });
  return Object.fromEntries(data.values());
}

/** Joins repeated names as ASP.NET Core's StringValues does. */
export function gather(pairs: Iterable<readonly [string, string]>, separator: string): Record<string, string> {
  const gathered = new Map<string, string>();
  for (const [name, value] of pairs) {
    const earlier = gathered.get(name);
    gathered.set(name, earlier === undefined ? value : `${earlier}${separator}${value}`);
  }
  return Object.fromEntries(gathered);
}

/** Yields the top-level properties of a JSON object but null and arrays (Utility.ApplyBindingData). */
function* jsonProperties(body: Uint8Array): Generator<[string, TypedData]> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return;
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return;
  for (const [key, value] of Object.entries(parsed)) {
    if (value === null || Array.isArray(value)) continue;
    yield [key, typeof value === "object" ? { json: JSON.stringify(value) } : { string: String(value) }];
  }
}

import type { TypedData } from "./worker-protocol.ts";

export interface TriggerSource {
  /** Undecoded, without the question mark. */
  readonly query: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly params: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The host binds the body of a request that announces its length, and of no other. */
  readonly hasContentLength: boolean;
}

/**
 * The trigger metadata of an HTTP request (azure-webjobs-sdk-extensions, HttpTriggerAttributeBindingProvider:
 * BindAsync and GetRequestBindingData). One dictionary without regard to case, filled in this order: properties of a
 * JSON body, query parameters but `code`, route parameters; `Query` and `Headers` only where nobody was quicker.
 * So a client may well take the place of `Headers`, from which `@azure/functions` reads the headers when it streams.
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

/** Repeated names joined as ASP.NET Core's StringValues are. */
export function gather(pairs: Iterable<readonly [string, string]>, separator: string): Record<string, string> {
  const gathered = new Map<string, string>();
  for (const [name, value] of pairs) {
    const earlier = gathered.get(name);
    gathered.set(name, earlier === undefined ? value : `${earlier}${separator}${value}`);
  }
  return Object.fromEntries(gathered);
}

/** Top-level properties of a JSON object, without null and arrays (Utility.ApplyBindingData). */
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

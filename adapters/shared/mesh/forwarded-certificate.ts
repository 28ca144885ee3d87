/** The facts about a client's certificate in one element of `X-Forwarded-Client-Cert`: values by key, in lower case. */
export type ForwardedCertificate = ReadonlyMap<string, readonly string[]>;

/** `"` is quoted by a backslash, as is every other character that a distinguished name quotes so (RFC 2253 §2.4). */
const PAIR = /([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^",;=\s\\]*))/y;

/**
 * The certificate of the nearest connection: the last element, because each proxy appends its own (Envoy, "HTTP header
 * manipulation", x-forwarded-client-cert). Undefined unless the whole header is well formed: an element of the client with
 * half a quotation would otherwise move the border to the last one. A blank between elements is no proxy's, but stands where
 * several headers were joined.
 */
export function nearestCertificate(header: string): ForwardedCertificate | undefined {
  let element = new Map<string, string[]>();
  PAIR.lastIndex = 0;
  for (let position = 0; ; ) {
    const [whole, key = "", quoted, plain = ""] = PAIR.exec(header) ?? [];
    if (whole === undefined) return undefined;
    const name = key.toLowerCase();
    element.set(name, [...(element.get(name) ?? []), quoted ?? plain]);
    position += whole.length;
    if (position === header.length) return element;
    const separator = header[position];
    if (separator === ",") element = new Map();
    else if (separator !== ";") return undefined;
    position++;
    PAIR.lastIndex = position;
  }
}

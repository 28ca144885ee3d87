/** A header with its name in any case, and its value or values. */
type Header = readonly [name: string, value: string | readonly string[] | null | undefined];

/**
 * Headers by lower-case name, as the core takes them. The values of a repeated header are joined (RFC 9110 §5.3), never
 * dropped: a smuggled second value must be there to be refused.
 */
export function joinHeaders(headers: Iterable<Header>): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [rawName, value] of headers) {
    const name = rawName.toLowerCase();
    const separator = name === "cookie" ? "; " : ", ";
    const before = Object.hasOwn(joined, name) ? joined[name] : undefined;
    const after = typeof value === "string" ? value : value?.join(separator);
    if (after === undefined) continue;
    const whole = before === undefined ? after : before + separator + after;
    // An assignment would set the prototype instead of a header of that name.
    if (name === "__proto__")
      Object.defineProperty(joined, name, { value: whole, enumerable: true, configurable: true });
    else joined[name] = whole;
  }
  return joined;
}

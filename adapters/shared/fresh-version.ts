/** A random safe integer, so that no write ever gets the version of another, not even of a deleted item. */
export function freshVersion(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high & 0x1f_ffff) * 2 ** 32 + low || 1;
}

/** Shorter words are no secrets, and would be found in any text. */
const SHORTEST = 4;

/** A function that takes these values, and each word of them, out of a text: servers repeat what they were sent. */
export function hider(values: readonly string[]): (text: string) => string {
  const secrets = values
    .flatMap((value) => [value, ...value.split(/\s+/)])
    .filter((secret) => secret.length >= SHORTEST && !/^(basic|bearer|dpop)$/i.test(secret))
    .sort((a, b) => b.length - a.length);
  return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, "***"), text);
}

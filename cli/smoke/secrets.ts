/** Shorter words are no secrets, and occur in ordinary text. */
const SHORTEST = 4;

/** Returns a function that removes these values, and each of their words, from a text, because servers echo headers. */
export function hider(values: readonly string[]): (text: string) => string {
  const secrets = values
    .flatMap((value) => [value, ...value.split(/\s+/)])
    .filter((secret) => secret.length >= SHORTEST && !/^(basic|bearer|dpop)$/i.test(secret))
    .sort((a, b) => b.length - a.length);
  return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, "***"), text);
}

/** Stands in texts in place of a secret. */
const REPLACEMENT = "[secret]";

/**
 * A message without the secrets of the deployment that texts in it repeat: many a server answers with headers of its request.
 * The message itself where there are none.
 */
export function withoutSecrets<Message extends object>(message: Message, secrets: readonly string[]): Message {
  if (secrets.length === 0) return message;
  const text = JSON.stringify(message);
  // Also as JSON in a text has them.
  const written = secrets.flatMap((secret) => [secret, inJson(secret)]);
  const found = written.filter((secret) => text.includes(inJson(secret)));
  if (found.length === 0) return message;
  return JSON.parse(text, (_key, value: unknown) =>
    typeof value === "string" ? found.reduce((rest, secret) => rest.replaceAll(secret, REPLACEMENT), value) : value,
  );
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

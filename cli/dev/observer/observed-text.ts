/** Reads what passes through an instance, for the observer: methods of messages, events of streams, and errors. */

/** Length of an error that is told. */
const MOST_CHARACTERS = 8_000;
/** The file that this module is bundled into. */
const BUNDLE = import.meta.filename;
/** Events larger than this are not parsed. */
const MOST_PARSED = 1_000_000;

/** Method of a message, and the tool, prompt or resource that it names; undefined for what is no request. */
export function namesIn(body: string): { readonly mcpMethod: string; readonly mcpName?: string } | undefined {
  const message = parsed(body);
  if (typeof message?.method !== "string") return undefined;
  const { name, uri } = (message.params ?? {}) as { name?: unknown; uri?: unknown };
  const mcpName = name ?? uri;
  return { mcpMethod: message.method, ...(typeof mcpName === "string" && { mcpName: mcpName.slice(0, 200) }) };
}

/** The events of a piece of a stream, which ends where an event ends. */
export function eventsIn(chunk: string): ReadonlyArray<{ readonly kind: string; readonly bytes: number }> {
  const events = chunk.split("\n\n").filter((event) => event !== "");
  return events.map((event) => ({ kind: kindOf(event), bytes: Buffer.byteLength(event) }));
}

function kindOf(event: string): string {
  const lines = event.split("\n");
  const data = lines.flatMap((line) => (line.startsWith("data:") ? [line.slice(5).trim()] : [])).join("\n");
  if (data === "") return lines.every((line) => line.startsWith(":")) ? "heartbeat" : "reconnection time";
  const message = data.length > MOST_PARSED ? undefined : parsed(data);
  if (typeof message?.method === "string") return message.method.slice(0, 200);
  return message && "error" in message ? "error" : "result";
}

function parsed(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** An error's message and the lines of its stack that lie in files of the user. */
export function toErrorText(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${String(error)}`.slice(0, MOST_CHARACTERS);
  const { name, message, stack } = error;
  // An author may replace the stack with anything.
  const frames = typeof stack === "string" ? stack.split("\n").filter((line) => /^ {4}at /.test(line)) : [];
  // This module is part of the bundle, whose frames that no source map maps are no file of the user.
  const isOwn = (frame: string): boolean =>
    !/node:|[\\/]node_modules[\\/]|<anonymous>/.test(frame) && !frame.includes(BUNDLE);
  const own = frames.filter(isOwn);
  return [`${name}: ${message}`, ...own].join("\n").slice(0, MOST_CHARACTERS);
}

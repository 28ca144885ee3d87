/** A response as a client received it. */
export interface Answer {
  readonly status: number;
  /** As they stood there, repeated ones repeated. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  readonly body: string;
  /** The HTTP parser refused it, before there was a handler; it has words of its own. */
  readonly fromParser?: boolean;
}

const TOKEN = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Says what is wrong with an answer, independent of its request; empty when nothing is. */
export function* flaws({ status, headers, body, fromParser }: Answer): Generator<string, void> {
  const value = (name: string): string | undefined => headers.find(([other]) => other.toLowerCase() === name)?.[1];
  if (!Number.isInteger(status) || status < 200 || status > 599) yield `the status ${status}`;
  for (const [name, text] of headers) {
    if (!TOKEN.test(name)) yield `the header name ${JSON.stringify(name)}`;
    if (!VALUE.test(text)) yield `the value ${JSON.stringify(text)} of ${name}`;
  }
  if (fromParser) {
    if (status >= 500) yield `a ${status} of the HTTP parser`;
    return;
  }
  if (status >= 500 && status !== 503) yield `a ${status}: ${body.slice(0, 500)}`;
  if ((status === 503 || status === 429) && !/^\d+$/.test(value("retry-after") ?? ""))
    yield `a ${status} without Retry-After`;
  if (status === 401 && !(value("www-authenticate") ?? value("x-amzn-remapped-www-authenticate")))
    yield "a 401 without challenge";
  if (status === 405 && !value("allow")) yield "a 405 without Allow";
  if (body === "") return;
  const type = value("content-type");
  if (type === "application/json") yield* jsonFlaws(body, status);
  else if (type === "text/event-stream") yield* streamFlaws(body);
  else yield `a body of the type ${type}`;
}

function* jsonFlaws(body: string, status: number): Generator<string, void> {
  const message = parsed(body);
  if (message === undefined) return void (yield `a body that is no JSON: ${body.slice(0, 200)}`);
  // Health and metadata are documents.
  if (status === 200 && !body.includes('"jsonrpc"')) return;
  for (const one of Array.isArray(message) ? message : [message]) yield* messageFlaws(one);
}

function* streamFlaws(body: string): Generator<string, void> {
  if (!body.endsWith("\n\n")) yield `a stream that ends in the middle: ${JSON.stringify(body.slice(-100))}`;
  for (const line of body.split("\n")) {
    const [, field, text = ""] = /^(data|id|event|retry|): ?(.*)$/s.exec(line) ?? [];
    if (line !== "" && field === undefined) yield `the line ${JSON.stringify(line.slice(0, 100))} in a stream`;
    if (field !== "data" || text === "") continue;
    const message = parsed(text);
    if (message === undefined) yield `an event that is no JSON: ${text.slice(0, 200)}`;
    else for (const one of Array.isArray(message) ? message : [message]) yield* messageFlaws(one);
  }
}

function* messageFlaws(message: unknown): Generator<string, void> {
  const { jsonrpc, id, error, method } = (message ?? {}) as Record<string, unknown>;
  const says = JSON.stringify(message).slice(0, 300);
  if (jsonrpc !== "2.0") yield `a message without jsonrpc: ${says}`;
  if (method !== undefined) return;
  if (id !== null && id !== undefined && typeof id !== "string" && typeof id !== "number")
    yield `an id that is none: ${says}`;
  if (error === undefined) {
    if (id === undefined || id === null) yield `a result for nobody: ${says}`;
    return;
  }
  const { code, message: words } = error as Record<string, unknown>;
  if (!Number.isInteger(code) || typeof words !== "string") yield `an error that is none: ${says}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

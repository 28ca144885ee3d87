import { validateHeaderName, validateHeaderValue } from "node:http";

/** One header line of a response: name and value. */
export type HeaderLine = readonly [string, string];

/** Status and headers of a function's answer. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: readonly HeaderLine[];
}

const DELIMITER = Buffer.alloc(8);

/** "The delimiter must be 8 null bytes and it must appear within the first 16KB of stream data." */
const MAX_METADATA_BYTES = 16 * 1024;

/**
 * Takes the metadata off the front of a streamed answer (API Gateway Developer Guide, "Set up a Lambda proxy integration
 * with payload response streaming"); undefined when they are not of that form. Throws what the stream throws.
 */
export async function splitMetadata(
  stream: AsyncIterator<Buffer>,
): Promise<{ readonly head: ResponseHead; readonly rest: Buffer } | undefined> {
  let start: Buffer = Buffer.alloc(0);
  for (;;) {
    const at = start.indexOf(DELIMITER);
    if (at >= 0 && at + DELIMITER.length <= MAX_METADATA_BYTES) {
      const head = readHead(parse(start.toString("utf8", 0, at)), STREAMED_KEYS);
      return head && { head, rest: start.subarray(at + DELIMITER.length) };
    }
    if (start.length > MAX_METADATA_BYTES) return undefined;
    const { done, value } = await stream.next();
    if (done) return undefined;
    start = Buffer.concat([start, value]);
  }
}

/** "Only headers, multiValueHeaders, cookies and the statusCode keys are supported." */
const STREAMED_KEYS = ["headers", "multiValueHeaders", "cookies", "statusCode"];

/** Status and headers from a parsed answer; undefined when it is no object, or has a key or value of no proxy answer. */
export function readHead(answer: unknown, keys: readonly string[]): ResponseHead | undefined {
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return undefined;
  if (Object.keys(answer).some((key) => !keys.includes(key))) return undefined;
  const { statusCode = 200, headers, multiValueHeaders, cookies } = answer as Record<string, unknown>;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  const multiple = Object.entries(multiValueHeaders ?? {}).flatMap(([name, values]) =>
    list(values).map((value) => [name, value] as const),
  );
  // "If the same key-value pair is specified in both, only the values from multiValueHeaders will appear."
  const single = Object.entries(headers ?? {}).filter(
    ([name, value]) => !multiple.some((other) => other[0] === name && other[1] === value),
  );
  const setCookies = list(cookies ?? []).map((cookie) => ["set-cookie", cookie] as const);
  const lines = [...single, ...multiple, ...setCookies];
  if (!lines.every(([name, value]) => isHeader(name, value))) return undefined;
  return { status, headers: lines.map(([name, value]) => [name, String(value)]) };
}

function isHeader(name: string, value: unknown): boolean {
  if (typeof value !== "string" && typeof value !== "boolean") return false;
  try {
    validateHeaderName(name);
    validateHeaderValue(name, String(value));
    return true;
  } catch {
    return false;
  }
}

/** A list as it is; anything else as a list of itself, which no check of values lets through. */
function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** The parsed JSON, or undefined when it is none. */
export function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

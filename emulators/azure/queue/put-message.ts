/** The rules of Put Message (Azure Storage, Queue service REST API). */

export interface PutMessage {
  readonly text: string;
  readonly visibleInSeconds: number;
}

/** An error of the service; its code is the header `x-ms-error-code`. */
export interface QueueError {
  readonly status: number;
  readonly code: string;
}

/** "A message … can be up to 64 KiB in size." */
export const MAX_MESSAGE_BYTES = 65_536;
const MAX_VISIBILITY_SECONDS = 604_800;
const DEFAULT_TTL_SECONDS = 604_800;
/** The first version that takes tokens of Entra ("Authorize with Microsoft Entra ID"). */
const FIRST_VERSION = "2017-11-09";

const BODY = /^(<\?xml [^>]*\?>)?\s*<QueueMessage>\s*<MessageText>(?<text>[^<]*)<\/MessageText>\s*<\/QueueMessage>\s*$/;

export interface PutRequest {
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Checks a call that was authorized: the message that it puts, or why it puts none. */
export function readPutMessage({ query, headers, body }: PutRequest): PutMessage | QueueError {
  const { "x-ms-version": version, "x-ms-date": date = headers.date } = headers;
  if (typeof version !== "string" || !/^\d{4}-\d\d-\d\d$/.test(version) || version < FIRST_VERSION) {
    return { status: 400, code: version === undefined ? "MissingRequiredHeader" : "InvalidHeaderValue" };
  }
  if (Number.isNaN(Date.parse(String(date)))) return { status: 403, code: "AuthenticationFailed" };
  const visibleInSeconds = wholeNumber(query.get("visibilitytimeout") ?? "0");
  const ttl = query.get("messagettl") ?? String(DEFAULT_TTL_SECONDS);
  const ttlSeconds = ttl === "-1" ? Number.POSITIVE_INFINITY : wholeNumber(ttl);
  if (visibleInSeconds === undefined || ttlSeconds === undefined || ttlSeconds === 0) {
    return { status: 400, code: "InvalidQueryParameterValue" };
  }
  // "The visibility timeout … can't be set to a value later than the expiry time."
  if (visibleInSeconds > MAX_VISIBILITY_SECONDS || visibleInSeconds >= ttlSeconds) {
    return { status: 400, code: "OutOfRangeQueryParameterValue" };
  }
  const { text } = BODY.exec(body)?.groups ?? {};
  if (text === undefined) return { status: 400, code: "InvalidXmlDocument" };
  if (Buffer.byteLength(text) > MAX_MESSAGE_BYTES) return { status: 413, code: "RequestBodyTooLarge" };
  return { text, visibleInSeconds };
}

const wholeNumber = (text: string): number | undefined => (/^\d{1,12}$/.test(text) ? Number(text) : undefined);

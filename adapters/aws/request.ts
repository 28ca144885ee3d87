import { AnycloudError, type HttpRequest, type Invocation } from "../../src/adapter.ts";
import { type RestIdentity, restIdentity, type UrlAuthorizer, urlIdentity } from "./identity.ts";

/**
 * What the adapter reads of an API Gateway REST API proxy event, payload 1.0 (API Gateway Developer Guide, "Input
 * format of a Lambda function for proxy integration").
 */
export interface RestEvent {
  readonly httpMethod: string;
  /** Without the stage, still percent-encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[] | undefined>> | null;
  /**
   * In no particular order across names, and taken as fully percent-decoded. That is an assumption: AWS's page says of
   * `%` that it is "URL-encoded before passing".
   */
  readonly multiValueQueryStringParameters: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly requestContext: { readonly identity: RestIdentity & { readonly sourceIp: string } };
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
}

/**
 * What the adapter reads of a Function URL event, payload 2.0 (Lambda Developer Guide, "Invoking Lambda function URLs",
 * request payload format).
 */
export interface UrlEvent {
  readonly version: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[];
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly requestContext: {
    readonly http: { readonly method: string; readonly sourceIp: string };
    readonly authorizer?: UrlAuthorizer | null;
  };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

export type LambdaEvent = RestEvent | UrlEvent;

/** What the ingress found out about the client. */
export type ClientFacts = { readonly clientIp: string } & Pick<Invocation, "identity">;

/** The request an event carries, and who sent it from where, as the ingress saw it. */
export function readEvent(event: LambdaEvent): { readonly request: HttpRequest; readonly client: ClientFacts } {
  if ("httpMethod" in event) {
    const { identity } = event.requestContext;
    return { request: readRest(event), client: toFacts(identity.sourceIp, restIdentity(identity)) };
  }
  if ("rawPath" in event) {
    const { http, authorizer } = event.requestContext;
    return { request: readUrl(event), client: toFacts(http.sourceIp, urlIdentity(authorizer)) };
  }
  const message =
    "This function serves HTTP: invoke it through API Gateway (payload 1.0) or a Function URL (payload 2.0).";
  throw new AnycloudError("ENTRY_INVALID", message);
}

const toFacts = (clientIp: string, identity: Invocation["identity"]): ClientFacts => ({
  clientIp,
  ...(identity && { identity }),
});

function readRest(event: RestEvent): HttpRequest {
  const query = Object.entries(event.multiValueQueryStringParameters ?? {})
    .flatMap(([name, values = []]) => values.map((value) => `${encode(name)}=${encode(value)}`))
    .join("&");
  return {
    method: event.httpMethod,
    url: toUrl(event.path, query),
    headers: toHeaders(Object.entries(event.multiValueHeaders ?? event.headers ?? {})),
    ...toBody(event),
  };
}

function readUrl(event: UrlEvent): HttpRequest {
  // Function URLs take the cookie header apart.
  const cookies: Array<[string, readonly string[]]> = event.cookies ? [["cookie", event.cookies]] : [];
  return {
    method: event.requestContext.http.method,
    url: toUrl(event.rawPath, event.rawQueryString),
    headers: toHeaders([...Object.entries(event.headers), ...cookies]),
    ...toBody(event),
  };
}

function toUrl(path: string, query: string): string {
  // Should an ingress decode the path, a "?" or "#" in it must not turn the rest into a query.
  const safe = path.replace(/[^!"$->@-~]/gu, (character) => encode(character));
  return `${safe.startsWith("/") ? "" : "/"}${safe}${query && `?${query}`}`;
}

function encode(text: string): string {
  // A lone surrogate, which JSON can carry, has no UTF-8 form and makes encodeURIComponent throw.
  return encodeURIComponent(text.toWellFormed());
}

function toHeaders(
  entries: Iterable<readonly [string, string | readonly string[] | undefined]>,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [rawName, value] of entries) {
    if (value === undefined) continue;
    const name = rawName.toLowerCase();
    const separator = name === "cookie" ? "; " : ", ";
    const before = Object.hasOwn(headers, name) ? headers[name] : undefined;
    const after = typeof value === "string" ? value : value.join(separator);
    const whole = before === undefined ? after : before + separator + after;
    // Set like any other, the prototype would be this header's value, or nothing at all.
    if (name === "__proto__")
      Object.defineProperty(headers, name, { value: whole, enumerable: true, configurable: true });
    else headers[name] = whole;
  }
  return headers;
}

function toBody({ body, isBase64Encoded }: LambdaEvent): { body?: string | Uint8Array } {
  if (!body) return {};
  return { body: isBase64Encoded ? Buffer.from(body, "base64") : body };
}

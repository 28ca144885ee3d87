import type { FactoryContext } from "mcp-anycloud";
import type { Credentials } from "mcp-anycloud/sources";

export interface GraphqlOptions {
  /** Where the API is: https, or http on this machine. Requests go nowhere else. */
  readonly endpoint: string;
  /** The token that the API gets as `Authorization: Bearer`. Never the caller's own. Default: none. */
  readonly auth?: Credentials;
  /** Seconds that a request may take. Default 30. */
  readonly timeoutSeconds?: number;
  /** The most bytes that an answer may have. Default 262,144. */
  readonly maxBytes?: number;
}

/** A document of the author, with the values that a caller gave for its variables. */
export interface Operation {
  readonly document: string;
  readonly variables: object;
  /** The request that it is sent for. */
  readonly context: FactoryContext;
  readonly signal: AbortSignal;
}

type Data = Readonly<Record<string, unknown>>;

/** Characters of an API's error that a model is told. */
const MAX_ERROR = 2_000;

/**
 * Sends documents to a GraphQL API (GraphQL over HTTP, POST), and gives back their data. Throws errors whose words are for the
 * model: the API's own where it answered with errors, also beside a part of the data.
 */
export function createGraphqlApi(options: GraphqlOptions): (operation: Operation) => Promise<Data> {
  const { endpoint, auth, timeoutSeconds = 30, maxBytes = 262_144 } = options;
  const url = new URL(endpoint);
  const isLoopback = ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback)) {
    throw new Error(`The GraphQL API needs an https address, and has ${endpoint}.`);
  }

  return async ({ document, variables, context, signal }) => {
    const token = await auth?.token(context);
    const request: RequestInit = {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/graphql-response+json, application/json;q=0.9",
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query: document, variables }),
      // A redirect could lead anywhere, with the token.
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]),
    };
    const { status, text } = await exchange(url, request, maxBytes).catch((error: Error) => {
      const isLate = error.name === "TimeoutError";
      throw new Error(isLate ? `The API did not answer within ${timeoutSeconds} s.` : "The API could not be reached.");
    });
    if (status >= 300 && status < 400) throw new Error(`The API answered with a redirect (${status}): not followed.`);
    if (text === undefined) throw new Error(`The answer is larger than ${maxBytes} bytes: ask for less of it.`);
    const { data, errors } = parsed(text);
    if (errors) throw new Error(errors.slice(0, MAX_ERROR));
    if (!data) throw new Error(`The API answered with ${status}: ${text.slice(0, MAX_ERROR)}`);
    return data;
  };
}

interface Exchanged {
  readonly status: number;
  /** Undefined for a body that is too large, whose rest is not read. */
  readonly text: string | undefined;
}

async function exchange(url: URL, request: RequestInit, maxBytes: number): Promise<Exchanged> {
  const response = await fetch(url, request);
  const { status } = response;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) return { status, text: undefined };
    chunks.push(chunk);
  }
  return { status, text: Buffer.concat(chunks).toString("utf8") };
}

/** The data of an answer, and the messages of its errors (GraphQL, Response Format). Neither for one that is no such answer. */
function parsed(text: string): { readonly data?: Data; readonly errors?: string } {
  try {
    const { data, errors } = JSON.parse(text);
    if (Array.isArray(errors) && errors.length > 0) return { errors: errors.map(({ message }) => message).join("\n") };
    return typeof data === "object" && data !== null ? { data } : {};
  } catch {
    return {};
  }
}

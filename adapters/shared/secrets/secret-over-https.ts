import { AnycloudError } from "../../../src/adapter.ts";
import { type Connections, createConnections, type HttpAnswer } from "../connections.ts";
import { kindOf } from "../retries/failure-kind.ts";
import type { FailureKind } from "../retries/retry.ts";
import { type ServiceFailure, serviceFailure } from "../retries/service-failure.ts";
import type { Secret } from "./secret.ts";

/** A secret that a service gives to whoever shows a token of the platform. */
export interface HttpsSecret {
  /** Names the secret in errors. */
  readonly name: string;
  /** The newest version of it. */
  readonly url: URL;
  readonly accessToken: () => Promise<string>;
  /** The text of the secret in the answer. */
  readonly textOf: (answer: unknown) => unknown;
  /** The service's own code and words in an answer that is an error. */
  readonly reasonOf: (answer: unknown) => { readonly code?: unknown; readonly message?: unknown };
  /** Where somebody has to correct something, by the service's code or its status. */
  readonly misconfigured: Readonly<Record<string, string>>;
  /** The sentence for everything else. */
  readonly otherwise: string;
}

/** A secret that is read by GET with a bearer token. Connections are opened with the first reading. */
export function secretOverHttps(secret: HttpsSecret): Secret {
  const { name, url, accessToken } = secret;
  let connections: Connections | undefined;

  return {
    name,
    kindOf,
    async read(signal) {
      connections ??= createConnections(url);
      const headers = { authorization: `Bearer ${await accessToken()}`, accept: "application/json" };
      const answer = await connections.send(headers, "", {
        ...{ signal, fresh: false, method: "GET" },
        target: `${url.pathname}${url.search}`,
      });
      if (answer.status !== 200) throw failureOf(answer, secret);
      const text = secret.textOf(parse(answer.text));
      return typeof text === "string" ? text : undefined;
    },
    toFailure: (error) => toFailure(error, secret),
  };
}

/** Undefined for an answer of something in between. The parser's own error would quote the answer, which may hold the keys. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function failureOf({ status, text }: HttpAnswer, { reasonOf }: HttpsSecret): ServiceFailure {
  const { code = "", message = text.slice(0, 200) } = reasonOf(parse(text));
  return serviceFailure(kindOfAnswer(status), status, String(code), String(message));
}

function kindOfAnswer(status: number): FailureKind {
  if (status === 429) return "throttled";
  return status >= 500 || status === 408 ? "unsure" : "refused";
}

function toFailure(error: unknown, { misconfigured, otherwise }: HttpsSecret): AnycloudError {
  // The platform gave no token, and its endpoint has told why.
  if (error instanceof AnycloudError) return error;
  const { code = "", status = 0, kind } = error as Partial<ServiceFailure>;
  // A code of Node.js: no host has such a name.
  const isAnswered = kind === "refused" || code === "ENOTFOUND";
  const wrong = isAnswered ? (misconfigured[code] ?? misconfigured[status]) : undefined;
  return new AnycloudError(wrong ? "STORE_MISCONFIGURED" : "STORE_UNAVAILABLE", wrong ?? otherwise, { cause: error });
}

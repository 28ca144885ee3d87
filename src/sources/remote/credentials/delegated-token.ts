import { isSecureUrl, withoutPasswords } from "../../../config/secure-url.ts";
import { AnycloudError } from "../../../errors.ts";
import { UpstreamFailure } from "../upstream-failure.ts";
import { createLimitedFetch } from "../wire/limited-fetch.ts";
import type { Credentials } from "./credentials.ts";
import { createTokenCache, type IssuedToken } from "./token-cache.ts";

export interface DelegationOptions {
  /** Where tokens are exchanged: the token endpoint of the authorization server. */
  readonly tokenEndpoint: string;
  readonly clientId: string;
  /** The variable that holds the client's secret. */
  readonly clientSecretVariable: string;
  /** The audience that the new token is for (RFC 8693 §2.1). */
  readonly audience?: string;
  /** The address that it is for (RFC 8707), where the server wants that. */
  readonly resource?: string;
  readonly scope?: string;
  /** `rfc8693` for token exchange, `on-behalf-of` for an issuer with that flow instead. Default `rfc8693`. */
  readonly grant?: "rfc8693" | "on-behalf-of";
  /** Sends the requests. Default: `fetch`. */
  readonly fetch?: typeof fetch;
}

const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
/** Milliseconds that an exchange may take. */
const PATIENCE_MS = 10_000;
/** The longest answer of a token endpoint that is read. */
const MAX_BYTES = 65_536;

/**
 * A token for the upstream in the name of the caller, for which the caller's own is exchanged. The caller's own goes to the
 * token endpoint alone. Tokens are kept for the caller and that token, until shortly before they expire. A caller without a
 * token is refused. Throws SERVER_INVALID.
 */
export function delegatedToken(options: DelegationOptions): Credentials {
  const { tokenEndpoint, clientSecretVariable, fetch = globalThis.fetch } = options;
  if (!isSecureUrl(tokenEndpoint)) {
    const found = withoutPasswords(JSON.stringify(tokenEndpoint));
    const message = `The tokenEndpoint of delegatedToken must be an https address, not ${found}.`;
    throw new AnycloudError("SERVER_INVALID", message);
  }
  const secret = process.env[clientSecretVariable];
  if (!secret) {
    throw new AnycloudError(
      "SERVER_INVALID",
      `delegatedToken needs the secret in the variable ${clientSecretVariable}.`,
    );
  }
  const cache = createTokenCache();
  return {
    perCaller: true,
    async token({ authInfo, caller }) {
      if (!authInfo?.token) throw new UpstreamFailure("refused", "It needs a caller with an access token.");
      const { token } = authInfo;
      return cache.get([caller.principal, token], () => fetchToken(token, { ...options, secret, fetch }));
    },
    refused: cache.refused,
  };
}

interface Delegation extends DelegationOptions {
  readonly secret: string;
  readonly fetch: typeof fetch;
}

async function fetchToken(subject: string, { tokenEndpoint, fetch, ...options }: Delegation): Promise<IssuedToken> {
  let response: Response;
  let text: string;
  try {
    response = await createLimitedFetch(fetch, MAX_BYTES)(tokenEndpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        accept: "application/json",
        ...clientHeader(options),
      },
      body: parametersFor(subject, options).toString(),
      // An endpoint that sends the token elsewhere does not get to.
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    text = await response.text();
  } catch (error) {
    throw new UpstreamFailure("unavailable", "The issuer of its tokens gave no answer that can be read.", {
      cause: error,
    });
  }
  const issued = parsed(text);
  if (!response.ok) {
    // The issuer's reason is a code of the specification (RFC 6749 §5.2), and safe to log.
    const cause = new Error(
      `token exchange: ${response.status} ${/^[\w-]{1,64}$/.exec(String(issued.error))?.[0] ?? ""}`,
    );
    throw new UpstreamFailure(response.status >= 500 ? "unavailable" : "refused", REFUSED, { cause });
  }
  const { access_token: token, expires_in: expiresIn, token_type: type } = issued;
  const isBearer = typeof type === "string" && type.toLowerCase() === "bearer";
  // An answer that repeats the caller's token would hand that on.
  if (typeof token !== "string" || token === "" || !isBearer || token === subject) {
    throw new UpstreamFailure("refused", REFUSED, { cause: new Error("token exchange: no bearer token of its own") });
  }
  // Some issuers write it as text.
  return { token, expiresInSeconds: Number(expiresIn) || 0 };
}

const REFUSED = "The issuer of its tokens gives none for this caller.";

/** RFC 6749 §2.3.1: name and secret are encoded as form fields first. */
const clientHeader = ({ clientId, secret }: Pick<Delegation, "clientId" | "secret">): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`).toString("base64")}`,
});

function parametersFor(
  subject: string,
  { audience, resource, scope, grant = "rfc8693" }: Omit<Delegation, "tokenEndpoint" | "fetch">,
): URLSearchParams {
  const ofGrant =
    grant === "rfc8693"
      ? {
          grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
          subject_token: subject,
          subject_token_type: ACCESS_TOKEN,
          requested_token_type: ACCESS_TOKEN,
        }
      : {
          // The profile of RFC 7523 that is known as the on-behalf-of flow.
          grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
          assertion: subject,
          requested_token_use: "on_behalf_of",
        };
  return new URLSearchParams({
    ...ofGrant,
    ...(audience && { audience }),
    ...(resource && { resource }),
    ...(scope && { scope }),
  });
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

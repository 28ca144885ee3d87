import { AnycloudError, monotonicMs } from "../../src/adapter.ts";

/** Milliseconds by which a token is given up before it expires. Platforms hand out a new one five minutes before that. */
const MARGIN_MS = 240_000;

/** An answer of RFC 6749 §5.1, or of Azure, whose text is the Unix time in seconds at which the token expires. */
interface TokenResponse {
  readonly access_token?: unknown;
  readonly expires_in?: unknown;
  readonly expires_on?: unknown;
}

/** Reads access tokens and keeps the last one for as long as it is good. `read` gives back the platform's answer. */
export function createAccessToken(read: () => Promise<string>): () => Promise<string> {
  let kept: { readonly token: Promise<string>; until: number } | undefined;

  return () => {
    if (kept && monotonicMs() < kept.until) return kept.token;
    const token = read().then((text) => {
      const { token, expiresInMs } = parse(text);
      next.until = monotonicMs() + expiresInMs - MARGIN_MS;
      return token;
    });
    // Everybody who asks meanwhile gets the same answer; a failure is asked again.
    const next = { token, until: Number.POSITIVE_INFINITY };
    kept = next;
    token.catch(() => {
      next.until = Number.NEGATIVE_INFINITY;
    });
    return token;
  };
}

function parse(text: string): { readonly token: string; readonly expiresInMs: number } {
  try {
    const { access_token: token, expires_in: lasts, expires_on: end } = JSON.parse(text) as TokenResponse;
    const expiresInMs = lasts === undefined ? Number(end) * 1000 - Date.now() : Number(lasts) * 1000;
    if (typeof token === "string" && token !== "") return { token, expiresInMs: expiresInMs || 0 };
  } catch {
    // The error below says it; the parser's message would quote the answer, which holds the token.
  }
  throw new AnycloudError("QUEUE_UNAVAILABLE", "The platform answered without an access token: try again.");
}

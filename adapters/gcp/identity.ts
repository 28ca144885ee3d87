import type { Caller } from "../../src/auth/caller.ts";
import { principalOf } from "../../src/auth/principal.ts";
import type { HttpRequest, Invocation } from "../../src/http/http-handler.ts";

/** What Cloud Run puts in the place of a signature that it has checked ("Troubleshoot Cloud Run issues", signature removed). */
const CHECKED = "SIGNATURE_REMOVED_BY_GOOGLE";

const ISSUERS: readonly unknown[] = ["https://accounts.google.com", "accounts.google.com"];

/**
 * The caller in the ID token by which Cloud Run's IAM let the request in. Of two tokens Cloud Run checks the one in
 * `X-Serverless-Authorization` and passes on the other as the client wrote it ("Authenticating service-to-service"), so that
 * one counts where it is there. A service that IAM does not guard would pass on anything: this is believed on Cloud Run
 * alone, and where it is configured.
 */
export function readGoogleIam({ headers }: HttpRequest, { identityHeaders }: Invocation): Caller | undefined {
  if (identityHeaders !== "google-iam") return undefined;
  const header = headers["x-serverless-authorization"] ?? headers.authorization ?? "";
  const [, payload, signature] = /^bearer +[\w-]+\.([\w-]+)\.(\w+)$/i.exec(header) ?? [];
  const claims = payload && signature === CHECKED ? parse(payload) : undefined;
  if (!claims) return undefined;
  const { iss, sub, exp, azp } = claims;
  if (!ISSUERS.includes(iss) || typeof sub !== "string" || sub === "") return undefined;
  if (typeof exp !== "number" || exp < Date.now() / 1000) return undefined;
  const issuer = "https://accounts.google.com";
  return {
    principal: principalOf({ issuer, subject: sub }),
    issuer,
    subject: sub,
    ...(typeof azp === "string" && { clientId: azp }),
    scopes: [],
    claims,
  };
}

function parse(payload: string): Record<string, unknown> | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return typeof claims === "object" && claims !== null ? (claims as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

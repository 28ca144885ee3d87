import type { HttpRequest, PlatformIdentity, PlatformIdentityProvider } from "../../src/adapter.ts";
import { meshSpiffe } from "../shared/mesh/mesh-identity.ts";
import { googleIap } from "./iap-identity.ts";
import { readEnvironment } from "./invocation.ts";

/**
 * Accounts that Cloud Run's IAM let in. A service that IAM does not guard passes on any header as the client wrote it:
 * configuring this kind says that IAM guards it. Off Cloud Run nobody is attested.
 */
export const googleIam: PlatformIdentityProvider = {
  kind: "google-iam",
  createReader: () => (readEnvironment(process.env).managed ? readGoogleIam : () => undefined),
};

/** The ways in which Google Cloud attests callers. */
export const platformIdentities: readonly PlatformIdentityProvider[] = [googleIap(), googleIam];

/** The ways in which callers of a container are attested, on Google Cloud and elsewhere. */
export const containerIdentities: readonly PlatformIdentityProvider[] = [...platformIdentities, meshSpiffe];

/** Stands where the signature was that Cloud Run checked ("Troubleshoot Cloud Run issues", signature removed). */
const CHECKED = "SIGNATURE_REMOVED_BY_GOOGLE";

const ISSUER = "https://accounts.google.com";
const ISSUERS: readonly unknown[] = [ISSUER, "accounts.google.com"];

/**
 * Cloud Run checks the token in `X-Serverless-Authorization` and then passes `Authorization` on as the client wrote it
 * ("Authenticating service-to-service"). So `Authorization` counts only where the first header is absent.
 */
export function readGoogleIam({ headers }: HttpRequest): PlatformIdentity | undefined {
  const header = headers["x-serverless-authorization"] ?? headers.authorization ?? "";
  const [, payload, signature] = /^bearer +[\w-]+\.([\w-]+)\.(\w+)$/i.exec(header) ?? [];
  const claims = payload && signature === CHECKED ? parse(payload) : undefined;
  if (!claims) return undefined;
  const { iss, sub, exp, azp } = claims;
  if (!ISSUERS.includes(iss) || typeof sub !== "string" || sub === "") return undefined;
  if (typeof exp !== "number" || exp < Date.now() / 1000) return undefined;
  return { issuer: ISSUER, subject: sub, ...(typeof azp === "string" && { clientId: azp }), claims };
}

function parse(payload: string): Record<string, unknown> | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return typeof claims === "object" && claims !== null ? (claims as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

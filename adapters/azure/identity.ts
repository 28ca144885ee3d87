import type { Caller } from "../../src/auth/caller.ts";
import { principalOf } from "../../src/auth/principal.ts";
import type { HttpRequest, Invocation } from "../../src/http/http-handler.ts";

/** One thing that App Service Authentication says of a caller. */
interface Claim {
  readonly typ: string;
  readonly val: string;
}

const SCOPE = "http://schemas.microsoft.com/identity/claims/scope";

/**
 * The caller in the headers of App Service Authentication ("Work with user identities in Azure App Service
 * authentication": "External requests aren't allowed to set these headers, so they're present only if they're set by App
 * Service"). Without it, they are whatever a client wrote; so they count on Azure alone, and where they are configured.
 */
export function readEasyAuth({ headers }: HttpRequest, { identityHeaders }: Invocation): Caller | undefined {
  if (identityHeaders !== "azure-easy-auth") return undefined;
  const subject = headers["x-ms-client-principal-id"];
  const principal = parsePrincipal(headers["x-ms-client-principal"]);
  // Headers that came twice were joined by a comma: one of the two was not App Service's.
  if (!subject || subject.includes(",") || !principal) return undefined;
  const claims = collect(principal.claims);
  const issuer = typeof claims.iss === "string" ? claims.iss : principal.provider;
  const scopes = [claims.scp ?? claims[SCOPE] ?? []].flat().flatMap((text) => text.split(" "));
  const clientId = [claims.azp ?? claims.appid ?? []].flat()[0];
  return {
    principal: principalOf({ issuer, subject }),
    issuer,
    subject,
    ...(clientId !== undefined && { clientId }),
    scopes,
    claims,
  };
}

function parsePrincipal(header: string | undefined): { provider: string; claims: readonly Claim[] } | undefined {
  if (!header || !/^[\w+/-]+=*$/.test(header)) return undefined;
  try {
    const { auth_typ: provider, claims } = JSON.parse(Buffer.from(header, "base64").toString("utf8"));
    if (typeof provider !== "string" || provider === "" || !Array.isArray(claims)) return undefined;
    return {
      provider,
      claims: claims.filter((claim) => typeof claim?.typ === "string" && typeof claim.val === "string"),
    };
  } catch {
    return undefined;
  }
}

/** Claims by name; those that are there several times, such as groups, as a list. */
function collect(claims: readonly Claim[]): Record<string, string | string[]> {
  const named = Map.groupBy(claims, ({ typ }) => typ);
  const values = [...named].map(([name, found]) => [name, found.map(({ val }) => val)] as const);
  return Object.fromEntries(values.map(([name, list]) => [name, list.length === 1 && list[0] ? list[0] : list]));
}

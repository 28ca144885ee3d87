import type { HttpRequest, PlatformIdentity, PlatformIdentityProvider } from "../../src/adapter.ts";

/**
 * Users of App Service Authentication. It writes its headers over a client's own ("Work with user identities in Azure App
 * Service authentication": "External requests aren't allowed to set these headers, so they're present only if they're set
 * by App Service"). Where it is switched off, they are whatever a client wrote: configuring this kind says that it is on.
 */
const azureEasyAuth: PlatformIdentityProvider = {
  kind: "azure-easy-auth",
  hasScopes: true,
  createReader: () => readEasyAuth,
};

/** The ways in which Azure attests callers. */
export const platformIdentities: readonly PlatformIdentityProvider[] = [azureEasyAuth];

/** One claim about a caller, as App Service Authentication writes it. */
interface Claim {
  readonly typ: string;
  readonly val: string;
}

/** The name under which version 1.0 tokens of Entra have their scopes. */
const SCOPE = "http://schemas.microsoft.com/identity/claims/scope";

function readEasyAuth({ headers }: HttpRequest): PlatformIdentity | undefined {
  const subject = headers["x-ms-client-principal-id"];
  const principal = parsePrincipal(headers["x-ms-client-principal"]);
  // Repeated headers are joined by a comma: one of two ids was not App Service's.
  if (!subject || subject.includes(",") || !principal) return undefined;
  const claims = collect(principal.claims);
  const issuer = typeof claims.iss === "string" ? claims.iss : principal.provider;
  const scopes = [claims.scp ?? claims[SCOPE] ?? []].flat().flatMap((text) => text.split(" "));
  const clientId = [claims.azp ?? claims.appid ?? []].flat()[0];
  return { issuer, subject, ...(clientId !== undefined && { clientId }), scopes, claims };
}

/** The principal in base64, without claims that are not text; undefined for anything App Service would not write. */
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

/** Claims by name; repeated ones, such as groups, as a list. */
function collect(claims: readonly Claim[]): Record<string, string | string[]> {
  const named = Map.groupBy(claims, ({ typ }) => typ);
  const values = [...named].map(([name, found]) => [name, found.map(({ val }) => val)] as const);
  return Object.fromEntries(values.map(([name, list]) => [name, list.length === 1 && list[0] ? list[0] : list]));
}

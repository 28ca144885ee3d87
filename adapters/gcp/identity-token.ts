import { readServiceAccount } from "./metadata-server.ts";

/**
 * A new OIDC token in which Google attests the service account of this instance, for an audience
 * (https://cloud.google.com/docs/authentication/get-id-token#metadata-server). Throws STORE_MISCONFIGURED or
 * STORE_UNAVAILABLE when the metadata server gives no token.
 */
export const identityToken = (audience: string): Promise<string> =>
  readServiceAccount("identity", { audience, format: "full" });

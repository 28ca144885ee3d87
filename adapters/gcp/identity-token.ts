import { readMetadata } from "../shared/read-metadata.ts";

/** https://cloud.google.com/run/docs/container-contract#metadata-server */
const DEFAULT_HOST = "metadata.google.internal";
/** https://cloud.google.com/docs/authentication/get-id-token#metadata-server */
const PATH = "/computeMetadata/v1/instance/service-accounts/default/identity";

/**
 * A new OIDC token in which Google attests the service account of this instance, for an audience. Throws
 * STORE_MISCONFIGURED or STORE_UNAVAILABLE when the metadata server gives no token.
 */
export async function identityToken(audience: string): Promise<string> {
  // Google's own libraries read the same variable (google-auth-library, gcp-metadata).
  const url = new URL(`http://${process.env.GCE_METADATA_HOST || DEFAULT_HOST}${PATH}`);
  url.searchParams.set("audience", audience);
  url.searchParams.set("format", "full");
  const token = await readMetadata({
    url,
    // The server refuses requests without it, because a forged request cannot set a header.
    headers: { "metadata-flavor": "Google" },
    name: "Google's metadata server",
  });
  return token.trim();
}

import { readMetadata } from "../shared/read-metadata.ts";

/** https://cloud.google.com/run/docs/container-contract#metadata-server */
const DEFAULT_HOST = "metadata.google.internal";
/** https://cloud.google.com/docs/authentication/get-id-token#metadata-server */
const PATH = "/computeMetadata/v1/instance/service-accounts/default/identity";

/**
 * A fresh OIDC token by which Google vouches for the service account of this instance, for the audience.
 * Throws STORE_UNAVAILABLE where the metadata server gives none.
 */
export async function identityToken(audience: string): Promise<string> {
  // The variable by which Google's own libraries find the metadata server (google-auth-library, gcp-metadata).
  const url = new URL(`http://${process.env.GCE_METADATA_HOST || DEFAULT_HOST}${PATH}`);
  url.searchParams.set("audience", audience);
  url.searchParams.set("format", "full");
  const token = await readMetadata({
    url,
    // Without it, the server refuses: a forged request cannot set a header.
    headers: { "metadata-flavor": "Google" },
    name: "Google's metadata server",
  });
  return token.trim();
}

import { readMetadata } from "../shared/read-metadata.ts";

/** https://cloud.google.com/run/docs/container-contract#metadata-server */
const DEFAULT_HOST = "metadata.google.internal";
const SERVICE_ACCOUNT = "/computeMetadata/v1/instance/service-accounts/default";

/**
 * Asks the metadata server about the service account of this instance. `entry` is the last part of the path: `identity`,
 * `token` or `email`. Throws STORE_MISCONFIGURED or STORE_UNAVAILABLE.
 */
export async function readServiceAccount(entry: string, query: Readonly<Record<string, string>> = {}): Promise<string> {
  // Google's own libraries read the same variable (google-auth-library, gcp-metadata).
  const url = new URL(`http://${process.env.GCE_METADATA_HOST || DEFAULT_HOST}${SERVICE_ACCOUNT}/${entry}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const text = await readMetadata({
    url,
    // The server refuses requests without it, because a forged request cannot set a header.
    headers: { "metadata-flavor": "Google" },
    name: "Google's metadata server",
  });
  return text.trim();
}

/** The caller of the account: an identity with tokens, or somebody who has a key of the account. */
export type StorageCredential =
  | { readonly accessToken: () => Promise<string> }
  | { readonly account: string; readonly key: string };

/** The first version of the Table service that takes Entra's tokens is 2020-12-06. */
const API_VERSION = "2020-12-06";

/** The headers that tell who sends a request to a path of the service. */
export async function signedHeaders(credential: StorageCredential, path: string): Promise<Record<string, string>> {
  const date = new Date().toUTCString();
  const common = { "x-ms-version": API_VERSION, "x-ms-date": date };
  if ("accessToken" in credential) return { ...common, authorization: `Bearer ${await credential.accessToken()}` };
  const { account, key } = credential;
  // https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key, "Shared Key Lite for the Table service".
  const { createHmac } = process.getBuiltinModule("node:crypto");
  const text = `${date}\n/${account}${path}`;
  const signature = createHmac("sha256", Buffer.from(key, "base64")).update(text).digest("base64");
  return { ...common, authorization: `SharedKeyLite ${account}:${signature}` };
}

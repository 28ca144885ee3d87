import { AnycloudError } from "../../src/adapter.ts";
import { readMetadata } from "../shared/read-metadata.ts";
import { readWorkloadToken } from "./workload-identity.ts";

/** https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference */
const API_VERSION = "2019-08-01";

/** Whether the platform gives this instance a managed identity: a function app, a container app, or a pod on AKS. */
export const hasManagedIdentity = (environment: NodeJS.ProcessEnv): boolean =>
  Boolean(environment.IDENTITY_ENDPOINT || environment.AZURE_FEDERATED_TOKEN_FILE);

/**
 * A token in which Entra attests the managed identity of this instance, for an audience (the Application ID URI of an
 * app registration). AZURE_CLIENT_ID names the identity when there is no system-assigned one, as for Azure's own
 * libraries. Throws STORE_MISCONFIGURED or STORE_UNAVAILABLE when the platform gives no token.
 */
export const identityToken = async (audience: string): Promise<string> => parseToken(await readIdentityToken(audience));

/** The answer with the token, as JSON, with the time at which it expires. Throws as `identityToken` does. */
export async function readIdentityToken(audience: string): Promise<string> {
  const { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: secret, AZURE_CLIENT_ID: clientId } = process.env;
  if (!endpoint && process.env.AZURE_FEDERATED_TOKEN_FILE) return readWorkloadToken(audience, process.env);
  if (!endpoint || !secret) {
    throw new AnycloudError(
      "STORE_MISCONFIGURED",
      "This function app has no managed identity (IDENTITY_ENDPOINT is not set): switch one on, or unset MCP_ANYCLOUD_AWS_ROLE_ARN and give AWS credentials.",
    );
  }
  const url = new URL(endpoint);
  url.searchParams.set("resource", audience);
  url.searchParams.set("api-version", API_VERSION);
  if (clientId) url.searchParams.set("client_id", clientId);
  return readMetadata({ url, headers: { "x-identity-header": secret }, name: "Azure's identity endpoint" });
}

function parseToken(response: string): string {
  try {
    const { access_token: token } = JSON.parse(response) as { access_token?: unknown };
    if (typeof token === "string" && token !== "") return token;
  } catch {
    // The error below says it; the parser's message would quote the response, which holds the token.
  }
  throw new AnycloudError("STORE_UNAVAILABLE", "Azure answered without an access token: try again.");
}

import type { LoadStateKeys } from "../../../src/adapter.ts";
import { createAccessToken } from "../../shared/access-token.ts";
import { keysInSecret } from "../../shared/secrets/keys-in-secret.ts";
import { secretOverHttps } from "../../shared/secrets/secret-over-https.ts";
import { readServiceAccount } from "../metadata-server.ts";
import type { SecretManagerConfig } from "./settings.ts";

export { SECRET_MANAGER_SETTINGS } from "./settings.ts";

/** The Google Cloud command line takes the same variable, for a stand-in of Secret Manager. */
const ENDPOINT = "CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER";

/**
 * The key ring in the secret that the configuration names, read with the service account of this instance; undefined when it
 * names none.
 */
export function openSecretManagerKeys(
  { secretManagerSecret: secret }: SecretManagerConfig,
  environment: NodeJS.ProcessEnv = process.env,
): LoadStateKeys | undefined {
  if (secret === undefined) return undefined;
  // https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access
  const endpoint = environment[ENDPOINT] || "https://secretmanager.googleapis.com/";
  const url = new URL(`v1/${secret}/versions/latest:access`, endpoint);
  const accessToken = createAccessToken(() => readServiceAccount("token"));
  return keysInSecret(secretOverHttps({ name: secret, url, accessToken, textOf, reasonOf, ...sentencesFor(secret) }));
}

function textOf(answer: unknown): unknown {
  const { payload } = (answer ?? {}) as { readonly payload?: { readonly data?: unknown } };
  return typeof payload?.data === "string" ? Buffer.from(payload.data, "base64").toString() : undefined;
}

/** https://cloud.google.com/apis/design/errors: `status` is the code's name. */
function reasonOf(answer: unknown): { readonly code?: unknown; readonly message?: unknown } {
  const { error } = (answer ?? {}) as { readonly error?: { readonly status?: string; readonly message?: string } };
  return { code: error?.status, message: error?.message };
}

const sentencesFor = (secret: string) => ({
  misconfigured: {
    // For a secret that is not there, the answer to who may not read others is the same.
    403: `The service's account may not read the secret ${secret}, or there is none: give it roles/secretmanager.secretAccessor on it, and enable the API secretmanager.googleapis.com.`,
    401: `Secret Manager does not accept the token of this instance for the secret ${secret}: check the service's account.`,
    404: `Secret Manager does not have the secret ${secret}, or no version of it: create one, or correct MCP_ANYCLOUD_SECRET_MANAGER_SECRET.`,
    FAILED_PRECONDITION: `The newest version of the secret ${secret} is disabled or destroyed: enable it, or add a version.`,
  },
  otherwise: `Secret Manager could not read the secret ${secret}: check the network; the cause says more.`,
});

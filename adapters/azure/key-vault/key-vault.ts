import { AnycloudError, type LoadStateKeys } from "../../../src/adapter.ts";
import { createAccessToken } from "../../shared/access-token.ts";
import { keysInSecret } from "../../shared/secrets/keys-in-secret.ts";
import { secretOverHttps } from "../../shared/secrets/secret-over-https.ts";
import { readIdentityToken } from "../identity-token.ts";
import type { KeyVaultConfig } from "./settings.ts";

export { KEY_VAULT_SETTINGS } from "./settings.ts";

/** https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret */
const API_VERSION = "7.4";

/**
 * The key ring in the secret that the configuration names, read with the managed identity of this instance; undefined when
 * it names none. Throws CONFIG_INVALID.
 */
export function openKeyVaultKeys(
  { keyVaultSecret: secret }: KeyVaultConfig,
  environment: NodeJS.ProcessEnv = process.env,
): LoadStateKeys | undefined {
  if (secret === undefined) return undefined;
  if (!environment.IDENTITY_ENDPOINT) throw new AnycloudError("CONFIG_INVALID", NO_IDENTITY);
  const url = new URL(`${secret}?api-version=${API_VERSION}`);
  // Each of Azure's clouds has an audience of its own: its vaults' names without that of the vault.
  const [, domain = "vault.azure.net"] = /\.(vault\.[a-z.]+)$/.exec(url.hostname) ?? [];
  const accessToken = createAccessToken(() => readIdentityToken(`https://${domain}`));
  return keysInSecret(secretOverHttps({ name: secret, url, accessToken, textOf, reasonOf, ...sentencesFor(secret) }));
}

const textOf = (answer: unknown): unknown => (answer as { readonly value?: unknown } | undefined)?.value;

/** https://learn.microsoft.com/azure/key-vault/general/rest-error-codes: what is forbidden is told by an inner error. */
function reasonOf(answer: unknown): { readonly code?: unknown; readonly message?: unknown } {
  const { error } = (answer ?? {}) as { readonly error?: VaultError };
  return { code: error?.innererror?.code ?? error?.code, message: error?.message };
}

interface VaultError {
  readonly code?: string;
  readonly message?: string;
  readonly innererror?: { readonly code?: string };
}

function sentencesFor(secret: string) {
  const network = `The vault of the secret ${secret} lets nobody in from the network of this instance: allow it in the vault's network rules, or give the vault a private endpoint.`;
  return {
    misconfigured: {
      401: `Key Vault does not accept the token of this instance for the secret ${secret}: its identity must be of the vault's tenant.`,
      403: `The identity of this instance may not read the secret ${secret}: give it the role Key Vault Secrets User on it.`,
      404: `Key Vault does not have the secret ${secret}: create it, or correct MCP_ANYCLOUD_KEY_VAULT_SECRET.`,
      ENOTFOUND: `There is no vault for the secret ${secret}: correct MCP_ANYCLOUD_KEY_VAULT_SECRET.`,
      ForbiddenByFirewall: network,
      ForbiddenByConnection: network,
      SecretDisabled: `The newest version of the secret ${secret} is disabled: enable it, or add a version.`,
    },
    otherwise: `Key Vault could not read the secret ${secret}: check the network; the cause says more.`,
  };
}

const NO_IDENTITY =
  "MCP_ANYCLOUD_KEY_VAULT_SECRET takes a managed identity, and this app has none (IDENTITY_ENDPOINT is not set): switch one on, or unset it.";

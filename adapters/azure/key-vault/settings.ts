import { type Settings, textLike } from "../../../src/adapter.ts";

/** Settings for keys that are kept in Azure. */
export interface KeyVaultConfig {
  /**
   * Identifier of a secret in Azure Key Vault, without a version, whose text has the form of `MCP_ANYCLOUD_STATE_KEYS`, which it
   * replaces. The server reads the secret when it needs a key, and again as it gets new versions.
   */
  readonly keyVaultSecret?: string;
}

export const KEY_VAULT_SETTINGS: Settings<KeyVaultConfig> = {
  keyVaultSecret: {
    variable: "MCP_ANYCLOUD_KEY_VAULT_SECRET",
    // "Azure Key Vault keys, secrets, and certificates overview", Object identifiers; a vault on this machine is an emulator.
    type: textLike(
      /^(https:\/\/[A-Za-z][A-Za-z\d-]{1,22}[A-Za-z\d]\.vault\.(azure\.net|azure\.cn|usgovcloudapi\.net)|http:\/\/(127\.0\.0\.1|localhost):\d{1,5})\/secrets\/[A-Za-z\d-]{1,127}$/,
      "be the identifier of a secret without a version, such as https://notes.vault.azure.net/secrets/state-keys",
    ),
    secret: true,
    insteadOf: ["MCP_ANYCLOUD_STATE_KEYS", "MCP_ANYCLOUD_STATE_KEYS_SECRET"],
    setByDeployment: true,
  },
};

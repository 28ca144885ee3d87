import { type Settings, textLike } from "../../../src/adapter.ts";

/** Settings for keys that are kept in Google Cloud. */
export interface SecretManagerConfig {
  /**
   * Full name of a secret in Google's Secret Manager, without a version, whose text has the form of `MCP_ANYCLOUD_STATE_KEYS`,
   * which it replaces. The server reads the secret when it needs a key, and again as it gets new versions.
   */
  readonly secretManagerSecret?: string;
}

export const SECRET_MANAGER_SETTINGS: Settings<SecretManagerConfig> = {
  secretManagerSecret: {
    variable: "MCP_ANYCLOUD_SECRET_MANAGER_SECRET",
    type: textLike(
      /^projects\/[a-z\d][a-z\d.:-]{1,62}\/secrets\/[\w-]{1,255}$/,
      "be the full name of a secret without a version, such as projects/notes-123456/secrets/state-keys",
    ),
    secret: true,
    insteadOf: ["MCP_ANYCLOUD_STATE_KEYS", "MCP_ANYCLOUD_STATE_KEYS_SECRET", "MCP_ANYCLOUD_KEY_VAULT_SECRET"],
    setByDeployment: true,
  },
};

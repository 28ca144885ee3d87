import type { AwsConfig } from "../settings.ts";
import type { WebIdentity } from "./web-identity.ts";

/** Asks the platform for a fresh OIDC token that identifies this instance to the audience. */
export type IdentityToken = (audience: string) => Promise<string>;

/** Settings that say which role is assumed outside AWS. */
export type RoleConfig = Pick<AwsConfig, "awsRoleArn" | "awsTokenAudience">;

/**
 * The role to assume, outside AWS, with the platform's OIDC token. On AWS there is no `identityToken`, and the function has a
 * role already, so that one configuration serves all clouds: undefined there and where no role is named.
 */
export function configuredIdentity(
  { awsRoleArn: roleArn, awsTokenAudience }: RoleConfig,
  identityToken: IdentityToken | undefined,
): WebIdentity | undefined {
  if (roleArn === undefined || identityToken === undefined) return undefined;
  return { roleArn, token: () => identityToken(awsTokenAudience) };
}

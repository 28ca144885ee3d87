import type { Config } from "../../../src/adapter.ts";
import type { WebIdentity } from "./web-identity.ts";

/** Asks the platform who this instance is: a fresh OIDC token for the audience. */
export type IdentityToken = (audience: string) => Promise<string>;

/** Settings that say whom AWS sees. */
export type RoleConfig = Pick<Config, "awsRoleArn" | "awsTokenAudience">;

/**
 * By whose leave AWS is asked: that of `awsRoleArn`, taken on with what the platform offers outside AWS. On AWS there is no
 * `identityToken`, and a role belongs to the function already, so that one configuration can serve all clouds: undefined
 * leaves it to AWS's own chain of credentials, there and where no role is named.
 */
export function configuredIdentity(
  { awsRoleArn: roleArn, awsTokenAudience }: RoleConfig,
  identityToken: IdentityToken | undefined,
): WebIdentity | undefined {
  if (roleArn === undefined || identityToken === undefined) return undefined;
  return { roleArn, token: () => identityToken(awsTokenAudience) };
}

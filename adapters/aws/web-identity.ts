import { fromWebToken } from "@aws-sdk/credential-provider-web-identity";

/** A role of AWS for an instance elsewhere, which proves who it is with a token of its platform (OIDC). */
export interface WebIdentity {
  readonly roleArn: string;
  /** A fresh token of the platform, for the audience that the role trusts. */
  readonly token: () => Promise<string>;
  /** Region whose STS is asked. Default: that of the client the credentials are for. */
  readonly region?: string;
}

/** Temporary credentials of AWS. */
interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** A credential provider of AWS's clients, which tell it about the client that asks. */
export type RoleCredentialProvider = (caller?: Record<string, unknown>) => Promise<RoleCredentials>;

/** Milliseconds before they expire from which credentials are replaced: as much as AWS's clients ask for. */
const REFRESH_MARGIN_MS = 300_000;
/** Shown in CloudTrail as the name of who took on the role. */
const SESSION_NAME = "mcp-anycloud";

/**
 * Credentials of the role, taken on with a fresh token each time (STS AssumeRoleWithWebIdentity), for an hour.
 * Whoever asks while that is under way waits for the same answer. A failure is not remembered, and not even noticed
 * while the old credentials last. Throws what `token` throws, and a RoleNotAssumedError. `now` is the time in
 * milliseconds.
 */
export function webIdentityCredentials(
  { roleArn, token, region }: WebIdentity,
  now: () => number = Date.now,
): RoleCredentialProvider {
  let current: RoleCredentials | undefined;
  let underWay: Promise<RoleCredentials> | undefined;

  const lastsFor = (ms: number): boolean => (current?.expiration?.getTime() ?? 0) - now() > ms;

  async function assumeRole(caller: Record<string, unknown>): Promise<RoleCredentials> {
    const assume = fromWebToken({
      roleArn,
      roleSessionName: SESSION_NAME,
      webIdentityToken: await token(),
      ...(region !== undefined && { clientConfig: { region } }),
    });
    return assume(caller).catch((cause: Error) => {
      throw roleNotAssumed(roleArn, cause);
    });
  }

  return (caller = {}) => {
    if (current && lastsFor(REFRESH_MARGIN_MS)) return Promise.resolve(current);
    underWay ??= assumeRole(caller)
      .then(
        (fresh) => (current = fresh),
        (error: unknown) => {
          if (current && lastsFor(0)) return current;
          throw error;
        },
      )
      .finally(() => (underWay = undefined));
    return underWay;
  };
}

/** STS does not repeat the token in its message. No error of ours: the core must not get into this bundle again. */
const roleNotAssumed = (roleArn: string, cause: Error): Error =>
  Object.assign(new Error(`${roleArn} (${cause.name}: ${cause.message})`, { cause }), { name: "RoleNotAssumedError" });

import { fromWebToken } from "@aws-sdk/credential-provider-web-identity";
import { withTimeout } from "../../shared/with-timeout.ts";

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
/** Milliseconds that STS may take. Less than a request of the store, whose sentence would blame the table. */
const STS_TIMEOUT_MS = 3_000;
/** Milliseconds for token and STS together while the old credentials last: half of an attempt of the store. */
const REPLACE_TIMEOUT_MS = 1_000;
/** Shown in CloudTrail as the name of who took on the role. */
const SESSION_NAME = "mcp-anycloud";

/**
 * Credentials of the role, taken on with a fresh token each time (STS AssumeRoleWithWebIdentity), for an hour.
 * Whoever asks while that is under way waits for the same answer. A failure is not remembered, and not even noticed
 * while the old credentials last. Throws what `token` throws, a RoleNotAssumedError where STS refuses, and a
 * StsUnavailableError where it does not answer. `now` is the time in milliseconds.
 */
export function webIdentityCredentials(
  { roleArn, token, region }: WebIdentity,
  now: () => number = Date.now,
): RoleCredentialProvider {
  let current: RoleCredentials | undefined;
  let inFlight: Promise<RoleCredentials> | undefined;

  const lastsFor = (ms: number): boolean => (current?.expiration?.getTime() ?? 0) - now() > ms;

  async function assumeRole(caller: Record<string, unknown>): Promise<RoleCredentials> {
    const assume = fromWebToken({
      roleArn,
      roleSessionName: SESSION_NAME,
      webIdentityToken: await token(),
      ...(region !== undefined && { clientConfig: { region } }),
    });
    return withTimeout(STS_TIMEOUT_MS, () => assume(caller)).catch((cause: Error) => {
      throw roleNotAssumed(roleArn, cause);
    });
  }

  const replaceRole = (caller: Record<string, unknown>): Promise<RoleCredentials> =>
    lastsFor(0) ? withTimeout(REPLACE_TIMEOUT_MS, () => assumeRole(caller)) : assumeRole(caller);

  return (caller = {}) => {
    if (current && lastsFor(REFRESH_MARGIN_MS)) return Promise.resolve(current);
    inFlight ??= replaceRole(caller)
      .then(
        (fresh) => (current = fresh),
        (error: unknown) => {
          if (current && lastsFor(0)) return current;
          throw error;
        },
      )
      .finally(() => (inFlight = undefined));
    return inFlight;
  };
}

/** STS does not repeat the token in its message. No errors of ours: the core must not get into this bundle again. */
function roleNotAssumed(roleArn: string, cause: Error): Error {
  // AWS's clients mark so what the service answered and the caller has to mend.
  const name = "$fault" in cause && cause.$fault === "client" ? "RoleNotAssumedError" : "StsUnavailableError";
  return Object.assign(new Error(`${roleArn} (${cause.name}: ${cause.message})`, { cause }), { name });
}

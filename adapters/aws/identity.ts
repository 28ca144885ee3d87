import type { PlatformIdentity, PlatformIdentityProvider } from "../../src/adapter.ts";

/** Issuer of the callers whose signature (SigV4) the ingress checked, and the kind under which they are configured. */
const AWS_IAM = "aws-iam";

/**
 * Callers that sign with AWS credentials. The ingress checks the signature and names the caller in the event; no header
 * counts.
 */
const awsIam: PlatformIdentityProvider = {
  kind: AWS_IAM,
  createReader:
    () =>
    (_request, { identity }) =>
      identity?.issuer === AWS_IAM ? identity : undefined,
};

/** The ways in which AWS attests callers. */
export const platformIdentities: readonly PlatformIdentityProvider[] = [awsIam];

/** `requestContext.identity` of a REST API: every member is `null` for methods without AWS_IAM. */
export interface RestIdentity {
  readonly userArn?: string | null;
  readonly accountId?: string | null;
  /** The unique id: `AROAEXAMPLE:session`. */
  readonly caller?: string | null;
}

/** `requestContext.authorizer` of a Function URL or an HTTP API; absent without AWS_IAM. */
export interface UrlAuthorizer {
  readonly iam?: { readonly userArn?: string; readonly accountId?: string; readonly userId?: string } | null;
}

/** The signer of a REST API's request ("API Gateway mapping template … variable reference", `$context.identity`). */
export const restIdentity = ({ userArn, accountId, caller }: RestIdentity): PlatformIdentity | undefined =>
  toIdentity(userArn, accountId, caller);

/** The signer of a Function URL's request ("Invoking Lambda function URLs", request payload format). */
export const urlIdentity = (authorizer: UrlAuthorizer | null | undefined): PlatformIdentity | undefined =>
  toIdentity(authorizer?.iam?.userArn, authorizer?.iam?.accountId, authorizer?.iam?.userId);

type Text = string | null | undefined;

/**
 * The subject is the ARN with the session of an assumed role, because several people may share a role. The account is a
 * claim of its own, because policies often want just that.
 */
function toIdentity(userArn: Text, accountId: Text, userId: Text): PlatformIdentity | undefined {
  if (!userArn) return undefined;
  const claims = { ...(accountId && { accountId }), ...(userId && { userId }) };
  return { issuer: AWS_IAM, subject: userArn, claims };
}

import type { PlatformIdentity, PlatformIdentityProvider } from "../../src/adapter.ts";
import { isRestEvent, type LambdaEvent } from "./lambda-event.ts";

/** Issuer of the callers whose signature (SigV4) the ingress checked, and the kind that selects them. */
const AWS_IAM = "aws-iam";

/** Callers that sign with AWS credentials. Only the event counts, never a header. */
const awsIam: PlatformIdentityProvider = {
  kind: AWS_IAM,
  createReader:
    () =>
    (_request, { identity }) =>
      identity?.issuer === AWS_IAM ? identity : undefined,
};

/** The ways in which AWS attests callers. */
export const platformIdentities: readonly PlatformIdentityProvider[] = [awsIam];

/** The caller whose signature the ingress checked; undefined where it checked none. */
export function readIdentity(event: LambdaEvent): PlatformIdentity | undefined {
  if (isRestEvent(event)) {
    const { userArn, accountId, caller } = event.requestContext.identity;
    return toIdentity(userArn, accountId, caller);
  }
  const { userArn, accountId, userId } = event.requestContext.authorizer?.iam ?? {};
  return toIdentity(userArn, accountId, userId);
}

type Text = string | null | undefined;

/**
 * The subject is the ARN with the session of an assumed role, because several people may share a role. The account is a
 * claim of its own, because policies often need just that.
 */
function toIdentity(userArn: Text, accountId: Text, userId: Text): PlatformIdentity | undefined {
  if (!userArn) return undefined;
  const claims = { ...(accountId && { accountId }), ...(userId && { userId }) };
  return { issuer: AWS_IAM, subject: userArn, claims };
}

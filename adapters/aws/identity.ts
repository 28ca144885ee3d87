import type { PlatformIdentity, PlatformIdentityProvider } from "../../src/adapter.ts";
import type { RestIdentity, UrlIdentity } from "./lambda-event.ts";

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

/** The ARN of a role, and the name of one session of it ("IAM identifiers", STS ARNs). */
const ASSUMED_ROLE = /^(arn:[^:]+:sts::\d*:assumed-role\/[^/]+)\/(.+)$/;

/**
 * The caller whose signature (SigV4) the ingress checked, as its event names it. Of a role that was assumed, the role is the
 * caller and the session's name a claim: whoever assumes the role chooses that name ("AssumeRole", RoleSessionName), and
 * would get limits and state of its own with each.
 */
export function signerIdentity(userArn: string, signer: RestIdentity | UrlIdentity): PlatformIdentity {
  const { accountId } = signer;
  const userId = "caller" in signer ? signer.caller : (signer as UrlIdentity).userId;
  const [, role, sessionName] = ASSUMED_ROLE.exec(userArn) ?? [];
  const claims = { ...(accountId && { accountId }), ...(userId && { userId }), ...(sessionName && { sessionName }) };
  return { issuer: AWS_IAM, subject: role ?? userArn, claims };
}

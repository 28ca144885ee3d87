import type { PlatformIdentity } from "../../src/adapter.ts";

/** The caller whose signature (SigV4) a REST API has checked: `null` throughout for methods that ask for none. */
export interface RestIdentity {
  readonly userArn?: string | null;
  readonly accountId?: string | null;
  /** The unique id: `AROAEXAMPLE:session`. */
  readonly caller?: string | null;
}

/** The caller whose signature a Function URL or an HTTP API has checked; absent where they ask for none. */
export interface UrlAuthorizer {
  readonly iam?: { readonly userArn?: string; readonly accountId?: string; readonly userId?: string } | null;
}

/** Who calls a REST API with AWS_IAM ("API Gateway mapping template … variable reference", `$context.identity`). */
export const restIdentity = ({ userArn, accountId, caller }: RestIdentity): PlatformIdentity | undefined =>
  toIdentity(userArn, accountId, caller);

/** Who calls a Function URL with AWS_IAM ("Invoking Lambda function URLs", request payload format). */
export const urlIdentity = (authorizer: UrlAuthorizer | null | undefined): PlatformIdentity | undefined =>
  toIdentity(authorizer?.iam?.userArn, authorizer?.iam?.accountId, authorizer?.iam?.userId);

type Text = string | null | undefined;

/**
 * The ARN with its session, where a role was taken on: several people may share a role. `accountId` beside it, because
 * policies often want just that.
 */
function toIdentity(userArn: Text, accountId: Text, userId: Text): PlatformIdentity | undefined {
  if (!userArn) return undefined;
  const claims = { ...(accountId && { accountId }), ...(userId && { userId }) };
  return { issuer: "aws-iam", subject: userArn, claims };
}

import { type StandIn, type StandInAnswer, type StandInRequest, startStandIn } from "./stand-in-server.ts";

export const ROLE = "arn:aws:iam::123456789012:role/mcp-sessions";

export interface StsStandIn extends StandIn {
  /** Tokens that were traded, in order. */
  readonly tokens: string[];
  /** Milliseconds from now after which the credentials expire that it hands out. */
  lifetimeMs: number;
  /** The error it answers with instead, by STS's code. */
  refusal: string | undefined;
}

/**
 * STS as far as AssumeRoleWithWebIdentity goes, which takes no signature, as strict as the real one
 * (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html). A token is taken once.
 */
export async function startStsStandIn(now: () => number = Date.now): Promise<StsStandIn> {
  const sts = { tokens: [] as string[], lifetimeMs: 3_600_000, refusal: undefined as string | undefined };

  function answer(request: StandInRequest): StandInAnswer {
    const form = new URLSearchParams(request.body);
    const token = form.get("WebIdentityToken") ?? "";
    if (request.method !== "POST" || request.url.pathname !== "/") return refuse(404, "UnknownOperationException");
    if (request.headers["content-type"] !== "application/x-www-form-urlencoded") return refuse(400, "MalformedInput");
    if (request.headers.authorization !== undefined) return refuse(403, "SignatureDoesNotMatch");
    if (form.get("Action") !== "AssumeRoleWithWebIdentity" || form.get("Version") !== "2011-06-15") {
      return refuse(400, "InvalidAction");
    }
    if (form.get("RoleArn") !== ROLE) return refuse(403, "AccessDenied");
    if (!/^[\w+=,.@-]{2,64}$/.test(form.get("RoleSessionName") ?? "")) return refuse(400, "ValidationError");
    if (token.length < 4 || sts.tokens.includes(token)) return refuse(400, "InvalidIdentityToken");
    if (sts.refusal !== undefined) return refuse(sts.refusal === "AccessDenied" ? 403 : 400, sts.refusal);
    sts.tokens.push(token);
    return { status: 200, headers: { "content-type": "text/xml" }, body: granted() };
  }

  const granted = (): string => `
<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <AssumedRoleUser>
      <Arn>arn:aws:sts::123456789012:assumed-role/mcp-sessions/mcp-anycloud</Arn>
      <AssumedRoleId>AROAEXAMPLE:mcp-anycloud</AssumedRoleId>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIA${sts.tokens.length}</AccessKeyId>
      <SecretAccessKey>secret-${sts.tokens.length}</SecretAccessKey>
      <SessionToken>session-${sts.tokens.length}</SessionToken>
      <Expiration>${new Date(now() + sts.lifetimeMs).toISOString()}</Expiration>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
  <ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata>
</AssumeRoleWithWebIdentityResponse>`;

  return Object.assign(sts, await startStandIn(answer));
}

const refuse = (status: number, code: string): StandInAnswer => ({
  status,
  headers: { "content-type": "text/xml" },
  body: `
<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error><Type>Sender</Type><Code>${code}</Code><Message>refused</Message></Error>
  <RequestId>00000000-0000-0000-0000-000000000000</RequestId>
</ErrorResponse>`,
});

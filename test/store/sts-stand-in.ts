import { type StandIn, type StandInAnswer, type StandInRequest, startStandIn } from "./stand-in-server.ts";

export const ROLE = "arn:aws:iam::123456789012:role/mcp-sessions";

/** Credentials that the stand-in issued, by access key id. */
export interface IssuedCredentials {
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** In milliseconds. */
  readonly expiresAt: number;
}

export interface StsOptions {
  /** The time in milliseconds. Default: the clock. */
  readonly now?: () => number;
  /** The only role there is. Default: ROLE. */
  readonly role?: string;
  /** STS's code for what is wrong with a token; undefined for one that the role trusts. Default: any is trusted. */
  readonly problemOf?: (token: string) => string | undefined;
}

export interface StsStandIn extends StandIn {
  /** Tokens that were traded, in order. */
  readonly tokens: string[];
  readonly issued: ReadonlyMap<string, IssuedCredentials>;
  /** Milliseconds from now after which the credentials expire that it hands out. */
  lifetimeMs: number;
  /** The error it answers with instead, by STS's code. */
  refusal: string | undefined;
  /** Answers wait for it. */
  barrier: Promise<void>;
  /** Forgets the tokens and what was made to be wrong. What it handed out stays good. */
  reset(): void;
}

/**
 * STS as far as AssumeRoleWithWebIdentity goes, which takes no signature, as strict as the real one
 * (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html). A token is taken once.
 */
export async function startStsStandIn(options: StsOptions = {}): Promise<StsStandIn> {
  const { now = Date.now, role = ROLE, problemOf = () => undefined } = options;
  const issued = new Map<string, IssuedCredentials>();
  let handedOut = 0;
  const settings = { lifetimeMs: 3_600_000, refusal: undefined as string | undefined, barrier: Promise.resolve() };
  const sts = {
    ...settings,
    tokens: [] as string[],
    issued,
    reset() {
      Object.assign(sts, settings);
      sts.tokens.length = 0;
    },
  };

  async function answer(request: StandInRequest): Promise<StandInAnswer> {
    const form = new URLSearchParams(request.body);
    const token = form.get("WebIdentityToken") ?? "";
    await sts.barrier;
    if (request.method !== "POST" || request.url.pathname !== "/") return refuse(404, "UnknownOperationException");
    if (request.headers["content-type"] !== "application/x-www-form-urlencoded") return refuse(400, "MalformedInput");
    if (request.headers.authorization !== undefined) return refuse(403, "SignatureDoesNotMatch");
    if (form.get("Action") !== "AssumeRoleWithWebIdentity" || form.get("Version") !== "2011-06-15") {
      return refuse(400, "InvalidAction");
    }
    if (form.get("RoleArn") !== role) return refuse(403, "AccessDenied");
    if (!/^[\w+=,.@-]{2,64}$/.test(form.get("RoleSessionName") ?? "")) return refuse(400, "ValidationError");
    if (token.length < 4 || sts.tokens.includes(token)) return refuse(400, "InvalidIdentityToken");
    const problem = sts.refusal ?? problemOf(token);
    if (problem !== undefined) return refuse(problem === "AccessDenied" ? 403 : 400, problem);
    sts.tokens.push(token);
    return { status: 200, headers: { "content-type": "text/xml" }, body: grant(++handedOut) };
  }

  function grant(nth: number): string {
    const expiresAt = now() + sts.lifetimeMs;
    const [secretAccessKey, sessionToken] = [`secret-${nth}`, `session-${nth}`];
    issued.set(`ASIA${nth}`, { secretAccessKey, sessionToken, expiresAt });
    return `
<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <AssumedRoleUser>
      <Arn>arn:aws:sts::123456789012:assumed-role/mcp-sessions/mcp-anycloud</Arn>
      <AssumedRoleId>AROAEXAMPLE:mcp-anycloud</AssumedRoleId>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIA${nth}</AccessKeyId>
      <SecretAccessKey>${secretAccessKey}</SecretAccessKey>
      <SessionToken>${sessionToken}</SessionToken>
      <Expiration>${new Date(expiresAt).toISOString()}</Expiration>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
  <ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata>
</AssumeRoleWithWebIdentityResponse>`;
  }

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

import { type Connections, createConnections, type HttpAnswer } from "../../shared/connections.ts";
import { withTimeout } from "../../shared/retries/with-timeout.ts";
import type { AwsCredentials, CredentialProvider } from "./credentials.ts";
import { endpointOf } from "./endpoint.ts";

/** A role of AWS for an instance elsewhere, which proves its identity with an OIDC token of its platform. */
export interface WebIdentity {
  readonly roleArn: string;
  /** A fresh token of the platform, for the audience that the role trusts. */
  readonly token: () => Promise<string>;
}

/** Milliseconds before their expiry from which credentials are replaced: AWS's SDKs use the same five minutes. */
const REFRESH_MARGIN_MS = 300_000;
/** Milliseconds that STS may take: less than an attempt of retry.ts, whose failure would blame the service. */
const STS_TIMEOUT_MS = 1_500;
/** Milliseconds for token and STS together while the old credentials are still good. */
const REPLACE_TIMEOUT_MS = 1_000;
/** CloudTrail shows it as the name of the session. */
const SESSION_NAME = "mcp-anycloud";

/**
 * Credentials of the role for an hour, assumed with a fresh token each time. Calls that arrive while a role is being assumed
 * wait for the same answer. A failure is not remembered, and it is not even noticed while the old credentials last. Throws
 * the error of `token`, a RoleNotAssumedError where STS refuses, and an StsUnavailableError where STS does not answer.
 * `now` is the time in milliseconds.
 */
export function webIdentityCredentials(
  { roleArn, token }: WebIdentity,
  region: string,
  now: () => number = Date.now,
): CredentialProvider {
  const connections = createConnections(endpointOf("sts", region));
  let current: AwsCredentials | undefined;
  let inFlight: Promise<AwsCredentials> | undefined;

  const lastsFor = (ms: number): boolean => (current?.expiration?.getTime() ?? 0) - now() > ms;
  const assume = async (): Promise<AwsCredentials> => assumeRole(connections, roleArn, await token());
  const replace = (): Promise<AwsCredentials> => (lastsFor(0) ? withTimeout(REPLACE_TIMEOUT_MS, assume) : assume());

  async function refresh(): Promise<AwsCredentials> {
    try {
      current = await replace();
      return current;
    } catch (error) {
      if (current && lastsFor(0)) return current;
      throw error;
    } finally {
      inFlight = undefined;
    }
  }

  return async () => {
    if (current && lastsFor(REFRESH_MARGIN_MS)) return current;
    inFlight ??= refresh();
    return inFlight;
  };
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html; the request takes no signature. */
async function assumeRole({ send }: Connections, roleArn: string, token: string): Promise<AwsCredentials> {
  const headers = { "content-type": "application/x-www-form-urlencoded", "user-agent": "mcp-anycloud" };
  const form = new URLSearchParams({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: roleArn,
    RoleSessionName: SESSION_NAME,
    WebIdentityToken: token,
  });
  const request = (signal: AbortSignal) => send(headers, form.toString(), { signal, fresh: true });
  const answer = await withTimeout(STS_TIMEOUT_MS, request).catch((cause: Error) => {
    throw notAssumed("StsUnavailableError", roleArn, `${cause.name}: ${cause.message}`);
  });
  const credentials = credentialsIn(answer);
  if (credentials) return credentials;
  const code = textOf(answer.text, "Code") ?? `status ${answer.status}`;
  const isTransient = answer.status >= 500 || answer.status < 400 || /^(IDPCommunicationError|Throttl)/.test(code);
  const reason = `${code}: ${textOf(answer.text, "Message") ?? "no message"}`;
  throw notAssumed(isTransient ? "StsUnavailableError" : "RoleNotAssumedError", roleArn, reason);
}

function credentialsIn({ status, text }: HttpAnswer): AwsCredentials | undefined {
  const accessKeyId = textOf(text, "AccessKeyId");
  const secretAccessKey = textOf(text, "SecretAccessKey");
  const sessionToken = textOf(text, "SessionToken");
  const expiration = new Date(textOf(text, "Expiration") ?? Number.NaN);
  if (status !== 200 || !accessKeyId || !secretAccessKey || Number.isNaN(expiration.getTime())) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken, expiration };
}

/** The text of an element. STS writes no comments or nested markup into those that are read, and no entity into keys. */
const textOf = (xml: string, element: string): string | undefined =>
  new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1];

/** STS does not repeat the token in its message. */
const notAssumed = (name: string, roleArn: string, reason: string): Error =>
  Object.assign(new Error(`${roleArn} (${reason})`), { name });

import aws4 from "aws4";
import { createConnections, type HttpAnswer } from "../../shared/connections.ts";
import { createCredentialProvider } from "./credentials.ts";
import { endpointOf, regionOf } from "./endpoint.ts";
import { type WebIdentity, webIdentityCredentials } from "./web-identity.ts";

/** The services that speak AWS's JSON protocols, as endpoints and signatures name them. */
type JsonService = "dynamodb" | "secretsmanager";

export interface AwsClientOptions {
  /** Lambda's API is REST: its one operation is to invoke the function of `path`, without waiting for it. */
  readonly service: JsonService | "lambda";
  /** Default: AWS_REGION or AWS_DEFAULT_REGION. */
  readonly region?: string | undefined;
  /** Default: the endpoint that the environment names, or AWS's own. */
  readonly endpoint?: string | undefined;
  /** Path and query behind the endpoint. Default: none. */
  readonly path?: string | undefined;
  /** Role to assume with an OIDC token. Default: the credentials of the environment, or of AWS's provider package. */
  readonly webIdentity?: WebIdentity | undefined;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  /** The operation must not be applied twice, so it is sent over no connection that may be closed (connections.ts). */
  readonly once?: boolean;
}

/**
 * Calls an operation of one service, a single time. Rejects with the error that the service answered, or with one of
 * connections.ts, credentials.ts or endpoint.ts; failure.ts tells what they mean.
 */
export type AwsClient = (operation: string, input: object, options: CallOptions) => Promise<object>;

/** An error answer of the service: its code is the error's `name`. */
interface ServiceFailure {
  readonly name: string;
  readonly status: number;
  readonly requestId: string | undefined;
}

/** Prefix of X-Amz-Target, and the version of the protocol: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html */
const PROTOCOLS: Readonly<Record<JsonService, { readonly target: string; readonly version: string }>> = {
  dynamodb: { target: "DynamoDB_20120810", version: "1.0" },
  secretsmanager: { target: "secretsmanager", version: "1.1" },
};

/** An answer that took longer than this says nothing about the time now: the instance may have been frozen meanwhile. */
const FRESH_ANSWER_MS = 60_000;

/**
 * A client for one service of AWS. It is the only way to AWS that an artefact holds, in a file of its own that is loaded
 * with the first call (lazy-client.ts). It imports nothing of the core, which would be in that file a second time.
 *
 * From loading it to the answer of a first GetItem over TLS on loopback, Node.js 24, medians of 31 in turn: 36 ms (34 of CPU
 * time), where `@aws-sdk/client-dynamodb`, bundled likewise, takes 78 (75). Most of it are Node.js's own modules for TLS,
 * HTTP and hashes.
 */
export function createAwsClient({ service, path = "", webIdentity, ...options }: AwsClientOptions): AwsClient {
  const region = regionOf(options.region);
  const url = new URL(path, endpointOf(service, region, options.endpoint));
  const connections = createConnections(url);
  const credentials = webIdentity ? webIdentityCredentials(webIdentity, region) : createCredentialProvider();
  let clockOffsetMs = 0;

  return async (operation, input, { signal, once = false }) => {
    const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
    const sentAt = Date.now();
    const request = {
      service,
      region,
      method: "POST",
      host: url.host,
      path: url.pathname + url.search,
      headers: {
        ...protocolHeaders(service, operation),
        "x-amz-date": toAmzDate(sentAt + clockOffsetMs),
        "user-agent": "mcp-anycloud",
      },
      body: JSON.stringify(input),
    };
    const keys = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
    const { headers = {} } = aws4.sign(request, keys);
    const answer = await connections.send(headers, request.body, { signal, fresh: once });
    clockOffsetMs = clockOffset(answer, sentAt) ?? clockOffsetMs;
    return readAnswer(answer);
  };
}

function protocolHeaders(service: AwsClientOptions["service"], operation: string): Record<string, string> {
  // https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
  if (service === "lambda") return { "content-type": "application/json", "x-amz-invocation-type": operation };
  const { target, version } = PROTOCOLS[service];
  return { "content-type": `application/x-amz-json-${version}`, "x-amz-target": `${target}.${operation}` };
}

/** `20261130T235959Z`. */
const toAmzDate = (ms: number): string => new Date(ms).toISOString().replace(/[:-]|\.\d+/g, "");

/**
 * How far this machine's clock is behind AWS's, by an answer to a request of `sentAt`; undefined where it does not tell.
 * A signature is good for five minutes (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-signing.html): a
 * request that is refused because of the clock is signed with the right time when it is sent again.
 */
function clockOffset({ headers: { date = "", age } }: HttpAnswer, sentAt: number): number | undefined {
  const [time, received] = [Date.parse(date), Date.now()];
  // A cache adds `Age` to an answer that is not new.
  const isFresh = !Number.isNaN(time) && age === undefined && received - sentAt <= FRESH_ANSWER_MS;
  return isFresh ? time - received : undefined;
}

/**
 * The output in an answer. Throws the error that the service answered; an UnreadableAnswerError for an answer that is not
 * whole, or that comes from a proxy in between. No error repeats the text, which may be a secret. The checksum that
 * DynamoDB sends is not compared: TLS protects the answer, and AWS's client for JavaScript ignores it as well.
 */
function readAnswer({ status, headers, text }: HttpAnswer): object {
  const failed = (name: string, message: string): Error => {
    const failure: ServiceFailure = { name, status, requestId: headers["x-amzn-requestid"]?.toString() };
    return Object.assign(new Error(message), failure);
  };
  const output = text === "" ? {} : parseObject(text);
  if (!output) throw failed("UnreadableAnswerError", `AWS answered ${status} with something that is not JSON`);
  if (status < 300) return output;
  const { __type, code, message, Message } = output;
  const name = String(__type ?? code ?? headers["x-amzn-errortype"] ?? "UnknownError");
  throw failed(errorCode(name), String(message ?? Message ?? "no message"));
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return value && typeof value === "object" ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** `Code` in `namespace#Code` and in `Code:http://…`. */
const errorCode = (name: string): string => name.replace(/[,:].*$/s, "").replace(/^.*#/s, "");

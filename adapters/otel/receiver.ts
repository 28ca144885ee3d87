import type { OutgoingHttpHeaders } from "node:http";
import aws4 from "aws4";
import { createCredentialProvider } from "../aws/client/credentials.ts";
import { readServiceAccount } from "../gcp/metadata-server.ts";
import { createAccessToken } from "../shared/access-token.ts";
import { createConnections } from "../shared/connections.ts";
import { withTimeout } from "../shared/retries/with-timeout.ts";
import type { Destination } from "./otel-variables.ts";

/** Sends one batch. Rejects with an error that says why the receiver did not take it, without what was sent. */
export type SendBatch = (body: Uint8Array) => Promise<void>;

type Authorize = (headers: Readonly<Record<string, string>>, body: Buffer) => Promise<OutgoingHttpHeaders>;

/** The receiver of an address, with the credentials that it takes: AWS's and Google's want those of the instance. */
export function createReceiver({ url, headers, protocol, timeoutMs }: Destination): SendBatch {
  const connections = createConnections(url);
  const type = protocol === "http/json" ? "application/json" : "application/x-protobuf";
  const authorize = authorizerOf(url);
  return async (batch) => {
    const body = Buffer.from(batch);
    const sent = { "content-type": type, "content-length": String(body.length), ...headers };
    const { status } = await withTimeout(timeoutMs, async (signal) =>
      connections.send(await authorize(sent, body), body, { signal, fresh: true }),
    );
    if (status >= 300) throw new Error(`it answered with status ${status}`);
  };
}

function authorizerOf(url: URL): Authorize {
  const [, service, region] = /^(xray|monitoring)\.([\w-]+)\.amazonaws\.com(?:\.cn)?$/.exec(url.hostname) ?? [];
  if (service !== undefined && region !== undefined) return signedFor(url, service, region);
  if (url.hostname === "telemetry.googleapis.com") return withGoogleToken();
  return async (headers) => headers;
}

/**
 * X-Ray takes spans and CloudWatch metrics, in requests that are signed by a role with AWSXrayWriteOnlyPolicy or
 * `cloudwatch:PutMetricData` ("OTLP endpoints").
 */
function signedFor(url: URL, service: string, region: string): Authorize {
  const credentials = createCredentialProvider();
  return async (headers, body) => {
    const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
    const request = {
      service,
      region,
      method: "POST",
      host: url.host,
      path: url.pathname,
      headers: { ...headers },
      body,
    };
    return aws4.sign(request, { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }).headers ?? {};
  };
}

/** Google's telemetry endpoint takes the service account of the instance, and asks whose quota it is ("Telemetry API"). */
function withGoogleToken(): Authorize {
  const token = createAccessToken(() => readServiceAccount("token"));
  const { GOOGLE_CLOUD_PROJECT: project } = process.env;
  return async (headers) => ({
    ...headers,
    authorization: `Bearer ${await token()}`,
    ...(project && { "x-goog-user-project": project }),
  });
}

import type { OutgoingHttpHeaders } from "node:http";
import aws4 from "aws4";
import type { ServiceName } from "./endpoint.ts";

export interface UnsignedRequest {
  readonly service: ServiceName;
  readonly region: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** By AWS's clock, in milliseconds. */
  readonly now: number;
}

/**
 * The headers of a POST with those of its signature (SigV4), by the credentials that the environment holds at the time.
 * AWS's client looks at them once, and again shortly before AWS_CREDENTIAL_EXPIRATION where that is set; looking each time
 * costs nothing and needs no such rule. Throws an error that is named as that client's where they are gone.
 */
export function signedHeaders({ service, region, url, headers, body, now }: UnsignedRequest): OutgoingHttpHeaders {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw Object.assign(new Error("the environment holds none any more"), { name: "CredentialsProviderError" });
  }
  const date = new Date(now).toISOString().replace(/[:-]|\.\d+/g, "");
  const request = {
    service,
    region,
    method: "POST",
    host: url.host,
    path: url.pathname,
    headers: { ...headers, "x-amz-date": date },
    body,
  };
  const credentials = {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  };
  return aws4.sign(request, credentials).headers ?? {};
}

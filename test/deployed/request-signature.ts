import { createHash, createHmac } from "node:crypto";
import type { StandInRequest } from "../store/stand-in-server.ts";

/** The signer of a request, and the service that it is for. */
export interface RequestSignature {
  readonly accessKeyId: string;
  /** `us-east-1/dynamodb`. */
  readonly scope: string;
  readonly sessionToken: string | undefined;
  /** Whether it was made with this secret, over the request as it came. */
  isBy(secretAccessKey: string): boolean;
}

/**
 * Reads the signature of a request with a body and no query
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html); undefined without one.
 */
export function readSignature({ method, url, headers, body }: StandInRequest): RequestSignature | undefined {
  const parts =
    /^AWS4-HMAC-SHA256 Credential=(\w+)\/((\d{8})\/([\w-]+)\/(\w+)\/aws4_request), SignedHeaders=([\w;-]+), Signature=(\w+)$/.exec(
      headers.authorization ?? "",
    );
  if (!parts) return undefined;
  const [, accessKeyId = "", scope = "", date = "", region = "", service = "", signed = "", signature = ""] = parts;
  const lines = signed.split(";").map((name) => `${name}:${String(headers[name]).trim().replaceAll(/ +/g, " ")}\n`);
  // "Each path segment must be URI-encoded twice", except for S3; once has been done on the way.
  const path = url.pathname.split("/").map(encodeURIComponent).join("/");
  const canonical = [method, path, "", lines.join(""), signed, sha256(body)].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, sha256(canonical)].join("\n");
  const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
  return {
    accessKeyId,
    scope: `${region}/${service}`,
    sessionToken: headers["x-amz-security-token"] as string | undefined,
    isBy(secretAccessKey) {
      const key = [date, region, service, "aws4_request"].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
      return hmac(key, toSign).toString("hex") === signature;
    },
  };
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

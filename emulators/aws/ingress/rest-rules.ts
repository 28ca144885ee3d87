import type { IngressResponse } from "./ingress-response.ts";

/**
 * The rules of a Regional REST API with a Lambda proxy integration, with pages of the API Gateway Developer Guide. Further
 * rules are in rest-event.ts (the function's event), remapped-headers.ts and adapters/aws/lambda-api/response-metadata.ts.
 */

/** "Payload size: 10 MB" ("Quotas for configuring and running a REST API"). */
export const MAX_BODY_BYTES: number = 10 * 1024 * 1024;

/** "Total combined size of request line and header values: 10240 bytes" (same page). */
const MAX_HEAD_BYTES = 10_240;

/** "Integration timeout: 50 milliseconds - 29 seconds" (same page), for BUFFERED. */
export const BUFFERED_LIMIT_MS = 29_000;

/** "You can stream your response for up to 15 minutes" ("Stream the integration response for your proxy integrations"). */
export const STREAM_LIMIT_MS = 900_000;

/** "Your streams are subject to idle timeouts. For Regional or private endpoints, the timeout is 5 minutes" (same page). */
export const IDLE_LIMIT_MS = 300_000;

/** Keys of a buffered proxy response; another key makes it malformed ("Lambda proxy integrations", output format). */
export const BUFFERED_KEYS: readonly string[] = [
  "statusCode",
  "headers",
  "multiValueHeaders",
  "body",
  "isBase64Encoded",
];

function message(status: number, text: string, errorType: string, responseType?: string): IngressResponse {
  const body = JSON.stringify({ message: text });
  return { status, body, contentType: "application/json", errorType, ...(responseType && { responseType }) };
}

/** `INTEGRATION_TIMEOUT`, 504 ("Gateway response types"). */
export const TIMED_OUT: IngressResponse = message(
  504,
  "Endpoint request timed out",
  "InternalServerErrorException",
  "INTEGRATION_TIMEOUT",
);

/** The function failed, or its buffered response is not a proxy response ("Handling Lambda errors": 502). */
export const BAD_GATEWAY: IngressResponse = message(502, "Internal server error", "InternalServerErrorException");

/**
 * "API Gateway invokes your Lambda function and return a 500 error response": a streamed response without proper metadata
 * ("Set up a Lambda proxy integration with payload response streaming"). Lambda's throttling is a 500 too.
 */
export const INTERNAL_ERROR: IngressResponse = message(500, "Internal server error", "InternalServerErrorException");

/** The body passes the gateway, but its event is over Lambda's 6 MB: `REQUEST_TOO_LARGE`, 413. */
export const EVENT_TOO_LARGE: IngressResponse = message(
  413,
  "Request Too Long",
  "RequestTooLargeException",
  "REQUEST_TOO_LARGE",
);

/** For a body over its own limit, the gateway responds in plain text. */
export const BODY_TOO_LARGE: IngressResponse = {
  status: 413,
  body: `HTTP content length exceeded ${MAX_BODY_BYTES} bytes.`,
  contentType: "text/plain",
};

/** 403, also for "an unsupported API method or resource" ("Gateway response types"). */
export const MISSING_AUTHENTICATION_TOKEN: IngressResponse = message(
  403,
  "Missing Authentication Token",
  "MissingAuthenticationTokenException",
  "MISSING_AUTHENTICATION_TOKEN",
);

/** The same for a path that belongs to no API, which no API can customise. */
export const NO_SUCH_STAGE: IngressResponse = message(
  403,
  "Missing Authentication Token",
  "MissingAuthenticationTokenException",
);

/** 401, "when … the custom or Amazon Cognito authorizer failed to authenticate the caller" (same page). */
export const UNAUTHORIZED: IngressResponse = message(401, "Unauthorized", "UnauthorizedException", "UNAUTHORIZED");

/** 403, "for authorization failure—for example, when access is denied by a custom or Amazon Cognito authorizer" (same page). */
export const ACCESS_DENIED: IngressResponse = message(
  403,
  "User is not authorized to access this resource",
  "AccessDeniedException",
  "ACCESS_DENIED",
);

/** "The /ping and /sping paths are reserved for the service health check" on custom domains ("Important notes"). */
export const HEALTHY: IngressResponse = { status: 200, body: "Healthy Connection", contentType: "text/plain" };

/** The quota is documented, its status is not; 431 is the status of RFC 6585 §5. */
const HEAD_TOO_LARGE = message(431, "Request Header Fields Too Large", "RequestTooLargeException");

/**
 * "The plain text pipe character (|) and the curly brace character ({ or }) are not supported for any request URL query
 * string" ("Important notes"), without a status.
 */
const BAD_QUERY = message(400, "Bad Request", "BadRequestException");

/** `Transfer-Encoding` in a request to a Lambda integration: "Exception" ("Important notes"), without a status. */
const CHUNKED_REQUEST = message(400, "Bad Request", "BadRequestException");

/** The gateway's response to a request whose head it does not accept; undefined for the others. */
export function refuse(
  requestLine: string,
  headers: ReadonlyArray<readonly [string, string]>,
): IngressResponse | undefined {
  const headBytes = headers.reduce((sum, [, value]) => sum + value.length, requestLine.length);
  if (headBytes > MAX_HEAD_BYTES) return HEAD_TOO_LARGE;
  if (/\?.*[|{}]/.test(requestLine)) return BAD_QUERY;
  return headers.some(([name]) => name.toLowerCase() === "transfer-encoding") ? CHUNKED_REQUEST : undefined;
}

/** The path below the stage; undefined outside of it. Behind a custom domain there is no stage in the path. */
export function pathInStage(path: string, stage: string | undefined): string | undefined {
  if (!path.startsWith("/")) return undefined;
  if (stage === undefined) return path;
  if (path === `/${stage}`) return "/";
  return path.startsWith(`/${stage}/`) ? path.slice(stage.length + 1) : undefined;
}

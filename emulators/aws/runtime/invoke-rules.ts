import { FUNCTION_ARN, FUNCTION_NAME } from "./function-environment.ts";
import { MAX_EVENT_BYTES } from "./lambda-limits.ts";

/**
 * What Lambda's API makes of a request to InvokeWithResponseStream before it runs the function. Statuses and types are those
 * of the Lambda API Reference, "InvokeWithResponseStream", Errors; the messages are what Lambda is seen to send.
 */

/** A refusal of the API: status, value of `x-amzn-errortype`, and the body. */
export interface ApiError {
  readonly status: number;
  readonly errorType: string;
  readonly body: object;
}

/** What a name may look like (same page, FunctionName, Pattern). */
const NAME =
  /^(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?(?<name>[a-zA-Z0-9-_.]+)(:(?<qualifier>\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?$/;

/** "InvocationType: Valid Values: RequestResponse | DryRun" (same page). */
const INVOCATION_TYPES = ["RequestResponse", "DryRun"];

/** Versions the emulated function has, by what they are called: itself, and the alias that the stack makes. */
const VERSIONS: Readonly<Record<string, string>> = { $LATEST: "$LATEST", live: "1" };

/** "You can also … `TooManyRequestsException`: The request throughput limit was exceeded", with the reason (same page). */
export const THROTTLED: ApiError = {
  status: 429,
  errorType: "TooManyRequestsException",
  body: { Reason: "ConcurrentInvocationLimitExceeded", Type: "User", message: "Rate Exceeded." },
};

/** "The request payload exceeded the Invoke request body JSON input quota": 6 MB (same page; "Lambda quotas"). */
export const TOO_LARGE: ApiError = {
  status: 413,
  errorType: "RequestTooLargeException",
  body: {
    Type: "User",
    message: `Request must be smaller than ${MAX_EVENT_BYTES} bytes for the InvokeFunction operation`,
  },
};

/** Another operation of the API than this one. Its real answer is not documented. */
export const UNKNOWN_OPERATION: ApiError = { status: 404, errorType: "UnknownOperationException", body: {} };

export interface InvokeRequest {
  /** As in the path, decoded: a name, a partial or a whole ARN. */
  readonly functionName: string;
  /** `?Qualifier=`. */
  readonly qualifier: string | undefined;
  readonly invocationType: string | undefined;
  readonly authorization: string | undefined;
  readonly payload: string;
}

/** Why Lambda does not run the function, or the version that it runs. */
export function admit(request: InvokeRequest): ApiError | { readonly version: string } {
  const { functionName, invocationType = "RequestResponse", payload } = request;
  // Who signed, and whether rightly, is not looked at: there are no accounts here.
  if (!request.authorization?.startsWith("AWS4-HMAC-SHA256 Credential=")) {
    return refusal(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  const { name, qualifier: own } = NAME.exec(functionName)?.groups ?? {};
  if (name === undefined) {
    const message = `1 validation error detected: Value '${functionName}' at 'functionName' failed to satisfy constraint`;
    return refusal(400, "ValidationException", message);
  }
  if (own !== undefined && request.qualifier !== undefined && own !== request.qualifier) {
    const message = "The derived qualifier from the function name does not match the specified qualifier.";
    return refusal(400, "InvalidParameterValueException", message);
  }
  if (!INVOCATION_TYPES.includes(invocationType)) {
    return refusal(400, "InvalidParameterValueException", `Unsupported invocation type: ${invocationType}`);
  }
  const qualifier = own ?? request.qualifier ?? "$LATEST";
  const version = VERSIONS[qualifier];
  if (name !== FUNCTION_NAME || version === undefined) {
    const arn = FUNCTION_ARN.replace(FUNCTION_NAME, name) + (qualifier === "$LATEST" ? "" : `:${qualifier}`);
    return refusal(404, "ResourceNotFoundException", `Function not found: ${arn}`);
  }
  if (!isJson(payload)) {
    return refusal(400, "InvalidRequestContentException", "Could not parse request body into json");
  }
  return { version };
}

function refusal(status: number, errorType: string, message: string): ApiError {
  return { status, errorType, body: { Type: "User", Message: message, message } };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text || "{}");
    return true;
  } catch {
    return false;
  }
}

import { FUNCTION_ARN, FUNCTION_NAME } from "../runtime/function-environment.ts";
import { MAX_EVENT_BYTES } from "../runtime/lambda-limits.ts";

/**
 * The checks of Lambda's API for InvokeWithResponseStream before it runs the function. Statuses and types are those of the
 * Lambda API Reference, "InvokeWithResponseStream", Errors; the messages are observed ones.
 */

/** An error of the API: status, value of `x-amzn-errortype`, and the body. */
export interface ApiError {
  readonly status: number;
  readonly errorType: string;
  readonly body: object;
}

/** Form of a function name (same page, FunctionName, Pattern). */
const NAME =
  /^(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?(?<name>[a-zA-Z0-9-_.]+)(:(?<qualifier>\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?$/;

/** "InvocationType: Valid Values: RequestResponse | DryRun" (same page). */
const INVOCATION_TYPES = ["RequestResponse", "DryRun"];
/** The emulator serves no other type of Invoke. */
const ASYNCHRONOUS_TYPES = ["Event"];
/** "Asynchronous invocation payload: 1 MB" ("Lambda quotas", 2025-10). */
const MAX_ASYNCHRONOUS_BYTES = 1_048_576;

/** Versions of the emulated function by qualifier: itself, and the alias that the stack creates. */
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

/** The response to every other operation of the API. Lambda's own is not documented. */
export const UNKNOWN_OPERATION: ApiError = { status: 404, errorType: "UnknownOperationException", body: {} };

export interface InvokeRequest {
  /** From the path, decoded: a name, a partial ARN or a whole one. */
  readonly functionName: string;
  /** Value of `?Qualifier=`. */
  readonly qualifier: string | undefined;
  readonly invocationType: string | undefined;
  readonly authorization: string | undefined;
  readonly payload: string;
}

/** The version that Lambda runs, or the error for which it does not run the function. */
export function checkInvoke(request: InvokeRequest, isAsynchronous: boolean): ApiError | { readonly version: string } {
  const { functionName, invocationType = "RequestResponse", payload } = request;
  // The signature itself is not checked: the emulator has no accounts.
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
  if (!(isAsynchronous ? ASYNCHRONOUS_TYPES : INVOCATION_TYPES).includes(invocationType)) {
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
  if (isAsynchronous && Buffer.byteLength(payload) > MAX_ASYNCHRONOUS_BYTES) return TOO_LARGE;
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

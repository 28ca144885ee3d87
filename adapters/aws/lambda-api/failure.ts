import { AnycloudError } from "../../../src/adapter.ts";

type Sentence = readonly [
  pattern: RegExp,
  code: "CONFIG_INVALID" | "INSTANCE_FAILED",
  sentence: (name: string) => string,
];

/** By an error's code, or the beginning of its text, with the names of the Lambda API Reference, "Errors". */
const SENTENCES: readonly Sentence[] = [
  [
    /^ERR_MODULE_NOT_FOUND$/,
    "CONFIG_INVALID",
    (name) =>
      `Invoking ${name} takes AWS's client for Lambda, an optional package: npm install @aws-sdk/client-lambda.`,
  ],
  [
    /^ResourceNotFoundException/,
    "CONFIG_INVALID",
    (name) => `Lambda has no function ${name} in this region and account: correct the name, the alias or the region.`,
  ],
  [
    /^(AccessDenied|NotAuthorized)/,
    "CONFIG_INVALID",
    (name) => `The credentials do not allow to invoke ${name}: allow lambda:InvokeFunction on it.`,
  ],
  [
    /^(UnrecognizedClient|ExpiredToken|IncompleteSignature|MissingAuthentication|InvalidSignature|InvalidClientTokenId)/,
    "CONFIG_INVALID",
    (name) => `AWS does not accept the credentials for ${name}: check that they are right and not expired.`,
  ],
  [
    /^CredentialsProviderError/,
    "CONFIG_INVALID",
    (name) => `There are no AWS credentials to invoke ${name} with: sign in, or set AWS_PROFILE.`,
  ],
  [
    /^Error: Region is missing/,
    "CONFIG_INVALID",
    (name) => `Nothing says in which region ${name} is: give --region, or set AWS_REGION.`,
  ],
  [
    /^(ValidationException|InvalidParameterValueException)/,
    "CONFIG_INVALID",
    (name) => `${name} cannot be the name of a function: give its name or ARN, and the alias behind a colon.`,
  ],
  [
    /^TooManyRequestsException/,
    "INSTANCE_FAILED",
    (name) => `Lambda throttles ${name}: try again later, or raise its reserved concurrency or the account's limit.`,
  ],
  [
    /^RequestTooLargeException/,
    "CONFIG_INVALID",
    (name) => `The message is larger than the 6 MB that Lambda takes for ${name}: send less at a time.`,
  ],
  [
    /^(ResourceConflictException|ResourceNotReadyException)/,
    "INSTANCE_FAILED",
    (name) => `${name} is not ready to be invoked: wait until its deployment is complete.`,
  ],
  [
    /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH/,
    "INSTANCE_FAILED",
    (name) => `Lambda cannot be reached for ${name}: check the network, the region and AWS_ENDPOINT_URL_LAMBDA.`,
  ],
];

/** CONFIG_INVALID or INSTANCE_FAILED, with the cause, for a function that Lambda did not invoke. */
export function toInvokeFailure(error: unknown, name: string): AnycloudError {
  if (error instanceof AnycloudError) return error;
  const { code = "" } = error as NodeJS.ErrnoException;
  const found = SENTENCES.find(([pattern]) => pattern.test(String(error)) || pattern.test(code));
  if (found) return new AnycloudError(found[1], found[2](name), { cause: error });
  const message = `Lambda could not invoke ${name}, or its answer broke off (${oneLine(String(error))}): try again.`;
  return new AnycloudError("INSTANCE_FAILED", message, { cause: error });
}

/** INSTANCE_FAILED for a function that failed, by `InvokeComplete`; `details` is often, but not always, its error as JSON. */
export function toFunctionFailure(name: string, errorCode: string, details = ""): AnycloudError {
  const { errorType = errorCode, errorMessage = details } = parsed(details);
  const reason = oneLine(errorMessage);
  const timedOut = /Task timed out after/.test(reason);
  const message = timedOut
    ? `${name} ran out of time (${reason.replace(/^.*(?=Task)/, "")}): raise its time limit, or see its log for what it waits for.`
    : `${name} failed with ${errorType}${reason && `: ${reason}`} (its log says more).`;
  return new AnycloudError("INSTANCE_FAILED", message);
}

/** INSTANCE_FAILED for a function whose answer is not an HTTP response. */
export const notHttp = (name: string): AnycloudError =>
  new AnycloudError(
    "INSTANCE_FAILED",
    `${name} answered, but not with an HTTP response that streams: check that it is an MCP server as mcp-anycloud build makes it, with handler index.handler.`,
  );

function parsed(details: string): { readonly errorType?: string; readonly errorMessage?: string } {
  try {
    return Object(JSON.parse(details));
  } catch {
    return {};
  }
}

const oneLine = (text: string): string => text.trim().replace(/\s+/g, " ").slice(0, 200);

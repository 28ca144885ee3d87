import { type StandIn, type StandInAnswer, type StandInRequest, startStandIn } from "../store/stand-in-server.ts";
import type { IssuedCredentials } from "../store/sts-stand-in.ts";
import { readSignature } from "./request-signature.ts";

export interface GuardOptions {
  /** `us-east-1/dynamodb`: a signature for another Region or service opens nothing. */
  readonly scope: string;
  /** The credentials that are good for it, by access key id. */
  readonly credentials: ReadonlyMap<string, IssuedCredentials>;
  /** Whether they allow an action, such as `dynamodb:GetItem`. */
  readonly allows: (action: string) => boolean;
  /** URL of the service, which asks for no credentials. */
  readonly service: string;
}

/** A service of AWS, on loopback, as its callers meet it: behind a check of who they are. */
export interface Guard extends StandIn {
  /** Authentication key ids in the order in which requests with them were let through. */
  readonly callers: string[];
  /** Codes that others were refused with. */
  readonly refused: string[];
  /** Forgets both. */
  reset(): void;
}

export async function startGuard(options: GuardOptions): Promise<Guard> {
  const seen = { callers: [] as string[], refused: [] as string[] };
  const standIn = await startStandIn(async (request) => {
    const problem = problemOf(request, options);
    if (problem !== undefined) {
      seen.refused.push(problem);
      return refuse(problem, request);
    }
    seen.callers.push(readSignature(request)?.accessKeyId ?? "");
    return forward(request, options.service);
  });
  return {
    ...seen,
    ...standIn,
    reset() {
      for (const list of Object.values(seen)) list.length = 0;
    },
  };
}

/**
 * AWS's code for it (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html; those of other
 * services that speak JSON are the same).
 */
function problemOf(request: StandInRequest, { scope, credentials, allows }: GuardOptions): string | undefined {
  const signature = readSignature(request);
  if (!signature) return "MissingAuthenticationTokenException";
  const known = credentials.get(signature.accessKeyId);
  if (!known || known.sessionToken !== signature.sessionToken) return "UnrecognizedClientException";
  if (signature.scope !== scope || !signature.isBy(known.secretAccessKey)) return "InvalidSignatureException";
  if (known.expiresAt <= Date.now()) return "ExpiredTokenException";
  const [, target, operation] = /^(\w+)\.(\w+)$/.exec(String(request.headers["x-amz-target"])) ?? [];
  const service = target === "DynamoDB_20120810" ? "dynamodb" : target;
  return allows(`${service}:${operation}`) ? undefined : "AccessDeniedException";
}

const refuse = (code: string, { headers }: StandInRequest): StandInAnswer => ({
  status: 400,
  headers: { "content-type": String(headers["content-type"]) },
  body: JSON.stringify({ __type: code, message: "refused" }),
});

async function forward({ headers, body }: StandInRequest, service: string): Promise<StandInAnswer> {
  const passed = ["content-type", "x-amz-target", "x-amz-date", "authorization"];
  const answer = await fetch(service, {
    method: "POST",
    headers: Object.fromEntries(passed.map((name) => [name, String(headers[name])])),
    body,
  });
  const type = answer.headers.get("content-type") ?? "";
  return { status: answer.status, headers: { "content-type": type }, body: await answer.text() };
}

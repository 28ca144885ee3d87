import type { Invocation } from "../../src/adapter.ts";
import { type BackgroundWork, createBackgroundWork } from "../shared/background-work.ts";
import { startDeadline } from "../shared/deadline.ts";
import { type AlbEvent, albClientIp } from "./alb-event.ts";
import { signerIdentity } from "./identity.ts";
import type { LambdaEvent, RestIdentity, UrlIdentity } from "./lambda-event.ts";
import type { LambdaContext } from "./lambda-runtime.ts";
import { correlate, readTraceparent } from "./trace-header.ts";

/** An invocation that is in progress. */
export interface OpenInvocation {
  readonly facts: Invocation;
  /** Waits for the work handed to `waitUntil`, because Lambda freezes the instance afterwards, and stops the deadline. */
  close(): Promise<void>;
}

export interface InvocationOptions {
  /** Absent where no ingress is in between. */
  readonly event?: LambdaEvent;
  readonly context: LambdaContext;
  readonly canStream: boolean;
}

/**
 * Time between `deadline` and Lambda's time limit: a tenth of the time that the invocation has, at most 2 seconds. That is
 * enough to end a stream cleanly, and leaves most of a short limit to the handler.
 */
export function deadlineMarginMs(remainingMs: number): number {
  return Math.min(2_000, remainingMs / 10);
}

interface Sender {
  /** The address that the ingress saw. Headers can be forged. */
  readonly clientIp: string | undefined;
  readonly signer?: RestIdentity | UrlIdentity | null | undefined;
}

function senderOf(event: LambdaEvent): Sender {
  if ("rawPath" in event) {
    const { http, authorizer } = event.requestContext;
    return { clientIp: http.sourceIp, signer: authorizer?.iam };
  }
  if ("elb" in event.requestContext) return { clientIp: albClientIp(event as AlbEvent) };
  const { identity } = event.requestContext;
  return { clientIp: identity.sourceIp, signer: identity };
}

/**
 * Reads the facts of an invocation and starts its deadline. Lambda does not report client disconnects: no `signal`. It ends
 * an environment only when no invocation runs there ("Lambda execution environment", shutdown phase): no `stopping`.
 */
export function openInvocation({ event, context, canStream }: InvocationOptions): OpenInvocation {
  const { clientIp, signer }: Partial<Sender> = event ? senderOf(event) : {};
  const requestId = context.awsRequestId;
  const remainingMs = context.getRemainingTimeInMillis();
  const deadline = startDeadline(remainingMs - deadlineMarginMs(remainingMs));
  const traceHeader = process.env._X_AMZN_TRACE_ID;
  const deployedVersion = process.env.AWS_LAMBDA_FUNCTION_VERSION;
  const traceparent = traceHeader === undefined ? undefined : readTraceparent(traceHeader);
  let background: BackgroundWork | undefined;
  const logFailure = (error: unknown): void =>
    console.error(`request ${requestId}: work after the response failed:`, error);
  return {
    facts: {
      requestId,
      ...(clientIp && { clientIp }),
      ...(signer?.userArn && { identity: signerIdentity(signer.userArn, signer) }),
      ...(deployedVersion && { deployedVersion }),
      ...(traceparent && { traceparent }),
      correlate,
      deadline: deadline.signal,
      ...(deadline.endsAt && { deadlineAt: deadline.endsAt }),
      canStream,
      exclusive: true,
      waitUntil(work) {
        background ??= createBackgroundWork();
        background.add(work, logFailure);
      },
    },
    async close() {
      await background?.finished();
      clearTimeout(deadline.timer);
    },
  };
}

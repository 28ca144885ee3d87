import type { Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import type { IFilterPattern, ILogGroup } from "aws-cdk-lib/aws-logs";

/**
 * - `"rest-api"`: a Regional REST API that streams. WAF, throttling, access logs, authorizers, custom domain. Idle: nothing.
 * - `"function-url"`: a Function URL that streams. No domain of your own, no throttling. Idle: nothing.
 * - `"web-function"`: a Lambda Web Function, an HTTP server that takes many requests at a time. Out since autumn 2026: no
 *   canary, and its metrics are those of the request log. Idle: nothing; the bucket of its code, cents.
 */
export type IngressKind = "rest-api" | "function-url" | "web-function";

/** The facts of an ingress that the rest of the stack needs. */
export interface Ingress {
  /** Where clients connect: `https://…/mcp`. */
  readonly mcpUrl: string;
  /** Lets a principal connect, where `auth` is `"iam"`. */
  grantConnect(grantee: IGrantable): void;
  /** Requests that reached it; undefined where only the request log counts them. */
  readonly requests?: Metric;
  /** Answers of 5xx, as clients get them; undefined where only the request log counts them. */
  readonly serverErrors?: Metric;
  /** The log of requests that were rejected as unauthenticated. */
  readonly refusals: { readonly logGroup: ILogGroup; readonly pattern: IFilterPattern };
}

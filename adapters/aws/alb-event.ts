import type { HttpRequest } from "../../src/adapter.ts";
import { joinHeaders } from "../shared/join-headers.ts";

/**
 * The part that the adapter reads of the event of an Application Load Balancer. A target group sends headers and query either
 * with one value for each name or with all ("Use Lambda functions as targets of an Application Load Balancer").
 */
export interface AlbEvent {
  readonly httpMethod: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>>;
  /** Names and values as the client encoded them. */
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>>;
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[] | undefined>>;
  readonly requestContext: { readonly elb: { readonly targetGroupArn: string } };
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
}

export const albHeaders = ({ headers, multiValueHeaders }: AlbEvent): HttpRequest["headers"] =>
  joinHeaders(Object.entries(multiValueHeaders ?? headers ?? {}));

export function albQuery({ queryStringParameters, multiValueQueryStringParameters }: AlbEvent): string {
  return Object.entries(multiValueQueryStringParameters ?? queryStringParameters ?? {})
    .flatMap(([name, values = []]) => [values].flat().map((value) => `${name}=${value}`))
    .join("&");
}

/**
 * The address that the load balancer saw. It appends to the addresses that the client sent, unless it was told to preserve or
 * remove them ("HTTP headers and Application Load Balancers", X-Forwarded-For): leave that as it is where addresses matter.
 */
export const albClientIp = (event: AlbEvent): string | undefined =>
  albHeaders(event)["x-forwarded-for"]?.split(",").at(-1)?.trim();

import type { AlbEvent } from "./alb-event.ts";

/**
 * The part that the adapter reads of an API Gateway proxy event, payload 1.0 (API Gateway Developer Guide, "Input
 * format of a Lambda function for proxy integration").
 */
export interface RestEvent {
  /** Only HTTP APIs, which can send payload 1.0 too, name it. */
  readonly version?: string;
  readonly httpMethod: string;
  /** Resource of the route: `/{proxy+}`. */
  readonly resource?: string;
  readonly pathParameters?: Readonly<Record<string, string | undefined>> | null;
  /** Without the stage, but with the base path of a custom domain; still percent-encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[] | undefined>> | null;
  /**
   * In no particular order across names, and taken as fully percent-decoded. That is an assumption: the page says of `%`
   * that it is "URL-encoded before passing".
   */
  readonly multiValueQueryStringParameters: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly requestContext: StageContext & { readonly identity: RestIdentity };
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
}

/** The stage of an API and the name under which it was called. */
export interface StageContext {
  readonly stage?: string;
  readonly apiId?: string;
  /** The id of the API, but for a custom domain. */
  readonly domainPrefix?: string;
}

/** `$context.identity` of a REST API; the ids are `null` for methods without AWS_IAM ("Mapping template variables"). */
export interface RestIdentity {
  readonly sourceIp: string;
  readonly userArn?: string | null;
  readonly accountId?: string | null;
  /** The signer's unique id: `AROAEXAMPLE:session`. */
  readonly caller?: string | null;
}

/**
 * The part that the adapter reads of a Function URL event, payload 2.0 (Lambda Developer Guide, "Invoking Lambda function
 * URLs", request payload format).
 */
export interface UrlEvent {
  readonly version: string;
  /** Method and path of the route, `ANY /{proxy+}`; or `$default`. */
  readonly routeKey?: string;
  readonly pathParameters?: Readonly<Record<string, string | undefined>>;
  /** With the stage, or the key of an API mapping. */
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[];
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly requestContext: StageContext & {
    readonly http: { readonly method: string; readonly sourceIp: string };
    readonly authorizer?: UrlAuthorizer | null;
  };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

/** `requestContext.authorizer` of payload 2.0; `iam` is there for routes and URLs with AWS_IAM. */
interface UrlAuthorizer {
  readonly iam?: UrlIdentity | null;
}

/** The caller of a route or URL with AWS_IAM. */
export interface UrlIdentity {
  readonly userArn?: string;
  readonly accountId?: string;
  readonly userId?: string;
}

export type LambdaEvent = RestEvent | UrlEvent | AlbEvent;

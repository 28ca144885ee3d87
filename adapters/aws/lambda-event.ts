/**
 * The part that the adapter reads of an API Gateway REST API proxy event, payload 1.0 (API Gateway Developer Guide, "Input
 * format of a Lambda function for proxy integration").
 */
export interface RestEvent {
  readonly httpMethod: string;
  /** Without the stage, still percent-encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[] | undefined>> | null;
  /**
   * In no particular order across names, and taken as fully percent-decoded. That is an assumption: the page says of `%`
   * that it is "URL-encoded before passing".
   */
  readonly multiValueQueryStringParameters: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly requestContext: { readonly identity: RestIdentity };
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
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
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[];
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly requestContext: {
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

/** Only payload 1.0 has `httpMethod`. */
export type LambdaEvent = RestEvent | UrlEvent;

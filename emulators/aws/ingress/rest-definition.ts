/** A REST API as a template deploys it, as far as it decides what becomes of a request. */
export interface RestApiDefinition {
  /** Those whose bodies reach the function as bytes, in base64; one stands for all, asterisks on both sides of the slash. */
  readonly binaryMediaTypes: readonly string[];
  readonly routes: readonly RestRoute[];
  readonly gatewayResponses: readonly GatewayResponse[];
  /** What the authorizers say to the value of `Authorization`. Default: no to all. */
  readonly admits?: (authorization: string) => boolean;
}

/** One method of one resource. */
export interface RestRoute {
  /** `/`, `/{proxy+}`, `/.well-known/thing`. */
  readonly resource: string;
  /** `GET` or another, or `ANY`. */
  readonly method: string;
  readonly authorization: "NONE" | "AWS_IAM" | "CUSTOM" | "COGNITO_USER_POOLS";
  readonly integration: LambdaProxy | Mock;
}

/** The function answers. */
export interface LambdaProxy {
  readonly kind: "AWS_PROXY";
  /** Response transfer mode STREAM; otherwise BUFFERED. */
  readonly streaming: boolean;
  /** Time limit in milliseconds. */
  readonly timeoutMs: number;
}

/** The gateway answers the same to all. */
export interface Mock {
  readonly kind: "MOCK";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a gateway response was given of the API's own ("Gateway response types"). */
export interface GatewayResponse {
  /** `UNAUTHORIZED` and others, or `DEFAULT_4XX` and `DEFAULT_5XX` for those that have none of their own. */
  readonly type: string;
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Every path and method goes to the function. `{proxy+}` matches everything but the root. */
export function proxyForAll(streaming: boolean, timeoutMs: number): RestApiDefinition {
  const integration: LambdaProxy = { kind: "AWS_PROXY", streaming, timeoutMs };
  const routes = ["/", "/{proxy+}"].map(
    (resource): RestRoute => ({ resource, method: "ANY", authorization: "NONE", integration }),
  );
  return { binaryMediaTypes: ["*/*"], routes, gatewayResponses: [] };
}

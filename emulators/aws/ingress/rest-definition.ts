/** The parts of a deployed REST API that decide how it treats a request. */
export interface RestApiDefinition {
  /** Media types whose bodies reach the function in base64; two asterisks around a slash stand for all types. */
  readonly binaryMediaTypes: readonly string[];
  readonly routes: readonly RestRoute[];
  readonly gatewayResponses: readonly GatewayResponse[];
  /** Whether the authorizers accept a value of `Authorization`. Default: they accept none. */
  readonly admits?: (authorization: string) => boolean;
}

/** One method of one resource. */
export interface RestRoute {
  /** `/`, `/{proxy+}`, `/.well-known/thing`. */
  readonly resource: string;
  /** An HTTP method, or `ANY`. */
  readonly method: string;
  readonly authorization: "NONE" | "AWS_IAM" | "CUSTOM" | "COGNITO_USER_POOLS";
  readonly integration: LambdaProxy | Mock;
}

/** Integration that invokes the function. */
export interface LambdaProxy {
  readonly kind: "AWS_PROXY";
  /** Response transfer mode STREAM; otherwise BUFFERED. */
  readonly streaming: boolean;
  /** Time limit in milliseconds. */
  readonly timeoutMs: number;
}

/** Integration in which the gateway sends a fixed response. */
export interface Mock {
  readonly kind: "MOCK";
  /** Whether `ContentHandling` of the integration, and of its response, is CONVERT_TO_TEXT. */
  readonly convertsToText: { readonly request: boolean; readonly response: boolean };
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An API's customisation of a gateway response ("Gateway response types"). */
export interface GatewayResponse {
  /** `UNAUTHORIZED` and others; `DEFAULT_4XX` and `DEFAULT_5XX` are for types without a customisation. */
  readonly type: string;
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** An API that sends every path and method to the function. `{proxy+}` matches everything but the root. */
export function proxyForAll(streaming: boolean, timeoutMs: number): RestApiDefinition {
  const integration: LambdaProxy = { kind: "AWS_PROXY", streaming, timeoutMs };
  const routes = ["/", "/{proxy+}"].map(
    (resource): RestRoute => ({ resource, method: "ANY", authorization: "NONE", integration }),
  );
  return { binaryMediaTypes: ["*/*"], routes, gatewayResponses: [] };
}

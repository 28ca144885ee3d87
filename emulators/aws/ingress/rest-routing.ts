import type { IngressResponse } from "./ingress-response.ts";
import { headerValue, type ReceivedRequest } from "./received-request.ts";
import type { GatewayResponse, RestApiDefinition, RestRoute } from "./rest-definition.ts";
import { ACCESS_DENIED, MISSING_AUTHENTICATION_TOKEN, UNAUTHORIZED } from "./rest-rules.ts";

/** The route of a request, with the values of its variables such as `{proxy+}`. */
export interface MatchedRoute extends RestRoute {
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The route of a request, or the gateway's own response when there is no route or its authorizer refuses. The resource with
 * the most fixed segments wins; then its method, where `ANY` stands for those that it does not name. No document says that
 * a request for a method that the resource lacks goes on to `{proxy+}`, so it does not.
 */
export function findRoute(api: RestApiDefinition, request: ReceivedRequest): MatchedRoute | IngressResponse {
  const matches = api.routes
    .map((route) => ({ ...route, parameters: parametersOf(route.resource, request.path) }))
    .filter((match): match is MatchedRoute => match.parameters !== undefined)
    .sort((one, other) => fixedSegments(other.resource) - fixedSegments(one.resource));
  const methods = matches.filter(({ resource }) => resource === matches[0]?.resource);
  const named = headerValue(request, "x-http-method-override") ?? request.method;
  const route = [named, "ANY"].map((name) => methods.find(({ method }) => method === name)).find(Boolean);
  if (!route) return MISSING_AUTHENTICATION_TOKEN;
  return refusalOf(route, api, request) ?? route;
}

const isVariable = (segment: string): boolean => segment.startsWith("{");
const fixedSegments = (resource: string): number => resource.split("/").filter((part) => !isVariable(part)).length;

/** Values of a resource's variables in a path; undefined when the path is not one of the resource. */
function parametersOf(resource: string, path: string): Record<string, string> | undefined {
  const expected = resource.slice(1).split("/");
  const segments = path.slice(1).split("/");
  const last = expected.length - 1;
  const isGreedy = expected[last]?.endsWith("+}");
  const given = isGreedy ? [...segments.slice(0, last), segments.slice(last).join("/")] : segments;
  if (given.length !== expected.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [at, part] of expected.entries()) {
    const found = given[at] ?? "";
    const [, name] = /^\{(\w+)\+?\}$/.exec(part) ?? [];
    if (name === undefined ? found !== part : found === "") return undefined;
    if (name !== undefined) parameters[name] = found;
  }
  return parameters;
}

/** The refusal of a request by its authorizer, which looks only at the token ("Gateway response types"). */
function refusalOf(
  { authorization: kind }: RestRoute,
  { admits = () => false }: RestApiDefinition,
  request: ReceivedRequest,
): IngressResponse | undefined {
  if (kind === "NONE") return undefined;
  const authorization = headerValue(request, "authorization");
  if (!authorization) return kind === "AWS_IAM" ? MISSING_AUTHENTICATION_TOKEN : UNAUTHORIZED;
  if (admits(authorization)) return undefined;
  return kind === "COGNITO_USER_POOLS" ? UNAUTHORIZED : ACCESS_DENIED;
}

/** The gateway's response with the API's customisation, else with that of "the gateway response of the default type". */
export function customised(answer: IngressResponse, responses: readonly GatewayResponse[]): IngressResponse {
  const { responseType } = answer;
  if (responseType === undefined) return answer;
  const preset = answer.status < 500 ? "DEFAULT_4XX" : "DEFAULT_5XX";
  const own = [responseType, preset].map((wanted) => responses.find(({ type }) => type === wanted)).find(Boolean);
  return own ? { ...answer, status: own.status ?? answer.status, headers: own.headers } : answer;
}

import type { IngressResponse } from "./ingress-response.ts";
import { headerValue, type ReceivedRequest } from "./received-request.ts";
import type { GatewayResponse, RestApiDefinition, RestRoute } from "./rest-definition.ts";
import { ACCESS_DENIED, MISSING_AUTHENTICATION_TOKEN, UNAUTHORIZED } from "./rest-rules.ts";

/** The method that a request meets, with what its path has in the place of `{proxy+}` and its like. */
export interface MatchedRoute extends RestRoute {
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The route of a request, or the gateway's own answer where there is none or it lets nobody in. The resource comes first,
 * the one with the most segments that are not variable; then its method, where `ANY` stands for those that it does not
 * name. No document says that a request for a method that the resource lacks went on to `{proxy+}`, so it does not.
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

/** What a path has for the variables of a resource; undefined where it is not a path of the resource. */
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

/** What an authorizer keeps from the function, by its token alone ("Gateway response types"). */
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

/** The gateway's own answer as this API has it: "API Gateway returns … the gateway response of the default type" otherwise. */
export function customised(answer: IngressResponse, responses: readonly GatewayResponse[]): IngressResponse {
  const { responseType } = answer;
  if (responseType === undefined) return answer;
  const preset = answer.status < 500 ? "DEFAULT_4XX" : "DEFAULT_5XX";
  const own = [responseType, preset].map((wanted) => responses.find(({ type }) => type === wanted)).find(Boolean);
  return own ? { ...answer, status: own.status ?? answer.status, headers: own.headers } : answer;
}

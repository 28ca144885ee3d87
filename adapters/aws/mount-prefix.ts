import type { RestEvent, StageContext, UrlEvent } from "./lambda-event.ts";

/** The path of a request to an API, behind the prefix that the API puts before its routes. */
export const restPath = ({ path, version, resource, pathParameters, requestContext }: RestEvent): string =>
  withoutMountPrefix(path, {
    route: resource,
    parameters: pathParameters,
    stage: version === undefined ? undefined : stageInPath(requestContext),
  });

/** The same for payload 2.0. */
export const urlPath = ({ rawPath, routeKey, pathParameters, requestContext }: UrlEvent): string =>
  withoutMountPrefix(rawPath, {
    route: routeKey?.split(" ")[1],
    parameters: pathParameters,
    stage: stageInPath(requestContext),
  });

/** The stage, where it stands before every path of an HTTP API: no custom domain has it there. */
const stageInPath = ({ stage, apiId, domainPrefix }: StageContext): string | undefined =>
  domainPrefix === undefined || domainPrefix === apiId ? stage : undefined;

/** Where a gateway mounted the function, as its event names it. */
interface Mount {
  /** The route that matched, such as `/{proxy+}`; `$default` and undefined name none. */
  readonly route?: string | undefined;
  /** The values of the route's variables, decoded. */
  readonly parameters?: Readonly<Record<string, string | undefined>> | null | undefined;
  /** A stage that stands before every path. */
  readonly stage?: string | undefined;
}

/**
 * The path behind the prefix that a gateway put before its routes: the stage of an HTTP API, or the base path of a custom
 * domain ("Use API mappings to connect API stages to a custom domain name"). A path without such a prefix stays as it is.
 */
function withoutMountPrefix(path: string, { route, parameters, stage }: Mount): string {
  if (route === "/") return "/";
  if (route?.startsWith("/")) {
    const routed = route.replaceAll(/\{([^{}+]+)\+?\}/g, (_variable, name) => parameters?.[name] ?? "");
    for (let at = path.indexOf("/", 1); at !== -1; at = path.indexOf("/", at + 1)) {
      if (path[at - 1] !== "/" && decode(path.slice(at)) === decode(routed)) return path.slice(at);
    }
  }
  const prefix = `/${stage}`;
  if (stage === undefined || !`${path}/`.startsWith(`${prefix}/`)) return path;
  return path.slice(prefix.length) || "/";
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

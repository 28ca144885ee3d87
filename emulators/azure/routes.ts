import { AnycloudError } from "../../src/adapter.ts";
import type { FunctionMetadata } from "./worker-protocol.ts";

/** One HTTP function and its route. */
export interface Route {
  readonly functionId: string;
  /** Name of the trigger's binding, by which the worker finds the request. */
  readonly bindingName: string;
  readonly anonymous: boolean;
  /** Values of the template's parameters when the route matches the request, otherwise undefined. */
  match(method: string, path: string): Record<string, string> | undefined;
}

/** Common constraints of https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints. */
const CONSTRAINTS: Readonly<Record<string, RegExp>> = {
  alpha: /^[a-z]*$/i,
  bool: /^(true|false)$/i,
  guid: /^\{?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i,
  int: /^[+-]?\d{1,10}$/,
  long: /^[+-]?\d{1,19}$/,
};

interface Segment {
  readonly literal?: string;
  readonly name?: string;
  readonly constraint?: RegExp | undefined;
  readonly optional: boolean;
  readonly catchAll: boolean;
}

/** The routes of an app's HTTP functions, in the order of registration. A function without a route has its name as route. */
export function toRoutes(functions: readonly FunctionMetadata[], prefix: string): Route[] {
  return functions.flatMap((metadata) => {
    const trigger = Object.entries(metadata.bindings).find(([, { type }]) => type.toLowerCase() === "httptrigger");
    if (!trigger) return [];
    const [bindingName, { route, methods, authLevel }] = trigger;
    const template = [prefix, (route || metadata.name).replace(/^\/+/, "")].filter(Boolean).join("/");
    const segments = template.split("/").filter(Boolean).map(toSegment);
    const allowed = methods?.map((method) => method.toUpperCase());
    return {
      functionId: metadata.functionId ?? metadata.name,
      bindingName,
      anonymous: authLevel?.toLowerCase() === "anonymous",
      // A method is a constraint of the route, so a wrong one gets 404 and never 405.
      // https://github.com/Azure/azure-functions-host/issues/10098 and WebScriptHostHttpRoutesManager.cs
      match: (method: string, path: string) =>
        allowed?.includes(method) === false ? undefined : matchPath(segments, path),
    };
  });
}

function toSegment(text: string): Segment {
  const parameter = /^\{(\*{0,2})(\w+)(?::(\w+))?(\?)?\}$/.exec(text);
  if (!parameter) {
    if (!/[{}]/.test(text)) return { literal: text.toLowerCase(), optional: false, catchAll: false };
    throw new AnycloudError("ARTEFACT_INVALID", `The emulator cannot serve the route segment "${text}".`);
  }
  const [, stars = "", name = "", constraintName, optional] = parameter;
  const constraint = constraintName === undefined ? undefined : CONSTRAINTS[constraintName];
  if (constraintName !== undefined && !constraint) {
    throw new AnycloudError("ARTEFACT_INVALID", `The emulator does not know the route constraint "${constraintName}".`);
  }
  return { name, constraint, optional: optional === "?", catchAll: stars !== "" };
}

/**
 * Matches by ASP.NET Core's rules (RoutePatternMatcher.TryMatch, PathTokenizer): literals in any case, one trailing slash is
 * ignored, and an empty segment matches only inside a catch-all. So `//evil.example/x` gets 404 even under `{*path}`.
 */
function matchPath(segments: readonly Segment[], path: string): Record<string, string> | undefined {
  const trimmed = path.replace(/^\//, "").replace(/\/$/, "");
  const parts = trimmed === "" ? [] : trimmed.split("/");
  const values: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = parts[index];
    if (part === "") return undefined;
    if (segment.catchAll && segment.name !== undefined) {
      if (part !== undefined) values[segment.name] = parts.slice(index).join("/");
      return values;
    }
    if (part === undefined) {
      if (!segment.optional) return undefined;
    } else if (segment.literal !== undefined) {
      if (part.toLowerCase() !== segment.literal) return undefined;
    } else {
      if (segment.constraint?.test(part) === false) return undefined;
      if (segment.name !== undefined) values[segment.name] = part;
    }
  }
  return parts.length > segments.length ? undefined : values;
}

import type { JsonObject } from "../forwarding/forwarded-request.ts";
import { FORM } from "./media-types.ts";
import type { Operation, Parameter } from "./operation.ts";

/** Arguments that make no request. The message is for the model. */
export class InvalidArguments extends Error {}

export interface BuiltRequest {
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

/**
 * The request of an operation with a tool's arguments. Whatever they are, it goes to an address below `baseUrl`, and each of
 * them stays one value in its place. Throws InvalidArguments.
 */
export function buildRequest(
  { path, parameters, body, tool }: Operation,
  args: JsonObject,
  baseUrl: URL,
): BuiltRequest {
  const known = new Set([...parameters.map(({ argument }) => argument), ...(body ? ["body"] : [])]);
  const unknown = Object.keys(args).find((name) => !known.has(name));
  if (unknown !== undefined) throw new InvalidArguments(`${tool.name} has no argument ${JSON.stringify(unknown)}.`);
  const given = (place: Parameter["in"]): [Parameter, unknown][] =>
    parameters.flatMap((parameter) => {
      const value = Object.hasOwn(args, parameter.argument) ? args[parameter.argument] : undefined;
      if (parameter.in !== place) return [];
      if (value !== undefined && value !== null) return [[parameter, value] as [Parameter, unknown]];
      if (parameter.required) throw new InvalidArguments(`${parameter.argument} is missing.`);
      return [];
    });
  const inPath = new Map(given("path").map(([parameter, value]) => [parameter.name, segmentOf(parameter, value)]));
  const base = baseUrl.href.replace(/\/+$/, "");
  const url = new URL(base + path.replaceAll(/\{([^}]+)\}/g, (_whole, name) => inPath.get(name) ?? ""));
  for (const [parameter, value] of given("query")) {
    for (const [name, text] of pairsOf(parameter, value)) url.searchParams.append(name, text);
  }
  assertBelow(url, baseUrl);
  const headers: Record<string, string> = { accept: "application/json, text/*;q=0.9, */*;q=0.1" };
  for (const [parameter, value] of given("header"))
    headers[parameter.name.toLowerCase()] = headerText(parameter, value);
  const cookies = given("cookie").map(
    ([parameter, value]) => `${encodeURIComponent(parameter.name)}=${encoded(parameter, textOf(value))}`,
  );
  if (cookies.length > 0) headers.cookie = cookies.join("; ");
  if (!body) return { url, headers, body: undefined };
  if (args.body === undefined) {
    if (body.required) throw new InvalidArguments("body is missing.");
    return { url, headers, body: undefined };
  }
  headers["content-type"] = body.mediaType;
  return { url, headers, body: bodyText(body.mediaType, args.body) };
}

/** One segment of a path: no argument adds or removes one. */
function segmentOf(parameter: Parameter, value: unknown): string {
  const text = parameter.isJson ? JSON.stringify(value) : joined(value, ",");
  if (text === "" || text === "." || text === "..") {
    throw new InvalidArguments(`${parameter.argument} cannot be ${JSON.stringify(text)}.`);
  }
  // Servers and proxies read these as parts of a path even when they are encoded.
  if (/[\\/\0]/.test(text)) throw new InvalidArguments(`${parameter.argument} cannot have a slash in it.`);
  return encoded(parameter, text);
}

function encoded({ argument }: Parameter, text: string): string {
  if (text.isWellFormed()) return encodeURIComponent(text);
  throw new InvalidArguments(`${argument} has half a character, a surrogate without its other half: leave that out.`);
}

/** Names and values of a query parameter (OpenAPI 3.1, Style Examples). */
function pairsOf({ name, style, explode, isJson }: Parameter, value: unknown): [string, string][] {
  if (isJson) return [[name, JSON.stringify(value)]];
  if (Array.isArray(value)) {
    if (explode) return value.map((item) => [name, textOf(item)]);
    const separator = style === "spaceDelimited" ? " " : style === "pipeDelimited" ? "|" : ",";
    return [[name, joined(value, separator)]];
  }
  if (typeof value !== "object" || value === null) return [[name, textOf(value)]];
  const entries = Object.entries(value);
  if (style === "deepObject") return entries.map(([key, item]) => [`${name}[${key}]`, textOf(item)]);
  return explode ? entries.map(([key, item]) => [key, textOf(item)]) : [[name, joined(value, ",")]];
}

function headerText({ argument, isJson }: Parameter, value: unknown): string {
  const text = isJson ? JSON.stringify(value) : joined(value, ",");
  if (/[^\t\x20-\x7e]/.test(text)) throw new InvalidArguments(`${argument} has characters that no header can carry.`);
  return text;
}

const joined = (value: unknown, separator: string): string => {
  if (Array.isArray(value)) return value.map(textOf).join(separator);
  if (typeof value === "object" && value !== null) return Object.entries(value).flat().map(textOf).join(separator);
  return textOf(value);
};

const textOf = (value: unknown): string =>
  typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);

function bodyText(mediaType: string, body: unknown): string {
  if (mediaType.startsWith("text/")) return textOf(body);
  if (mediaType !== FORM) return JSON.stringify(body);
  const entries = typeof body === "object" && body !== null ? Object.entries(body) : [];
  const pairs = entries.flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).map((item) => [key, textOf(item)]),
  );
  return new URLSearchParams(pairs).toString();
}

/** The last word on where a request goes, whatever was done to its parts before. */
function assertBelow(url: URL, baseUrl: URL): void {
  const folder = baseUrl.pathname.replace(/\/*$/, "/");
  if (url.origin === baseUrl.origin && `${url.pathname}/`.startsWith(folder) && !url.username && !url.password) return;
  throw new InvalidArguments("These arguments lead out of the API.");
}

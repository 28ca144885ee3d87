import { type Implementation, ProtocolError, Server } from "@modelcontextprotocol/server";
import { isSecureUrl, withoutPasswords } from "../../config/secure-url.ts";
import { defineServer, type ServerDefinition } from "../../define-server.ts";
import { isRecord, JsonRpcCode } from "../../http/json-rpc.ts";
import type { FactoryContext } from "../../server/server-factory.ts";
import type { JsonObject } from "../forwarding/forwarded-request.ts";
import { toToolError } from "../forwarding/result.ts";
import type { Credentials } from "../remote/credentials/credentials.ts";
import { withToken } from "../remote/credentials/with-token.ts";
import { UpstreamFailure } from "../remote/upstream-failure.ts";
import { callOperation } from "./call-operation.ts";
import { invalid, type OpenApiDocument, readDocument } from "./read-document.ts";
import { type OperationFilter, readOperations } from "./read-operations.ts";

export interface OpenApiOptions extends OperationFilter {
  /** How the server presents itself. Default: the title and version of the document. */
  readonly info?: Implementation;
  readonly instructions?: string;
  /** Where the API is, below which every request stays. Default: the first server of the document. */
  readonly baseUrl?: string;
  /** The token that the API gets as `Authorization: Bearer`. Never the caller's own. Default: none. */
  readonly auth?: Credentials;
  /** A key that the API takes in a header or in its query, from a variable that holds a secret. */
  readonly apiKey?: { readonly in: "header" | "query"; readonly name: string; readonly variable: string };
  /** Headers of every request. For secrets there are `auth` and `apiKey`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds that a request may take. 1 to 600. Default 30. */
  readonly timeoutSeconds?: number;
  /** Bytes of an answer that a model is given. 1,024 to 104,857,600. Default 262,144. */
  readonly maxBytes?: number;
  /** Sends the requests. Default: `fetch`. */
  readonly fetch?: typeof fetch;
}

/**
 * The operations of an API as tools, from its OpenAPI document (3.0 to 3.2, JSON): parsed, as an import gives it, or the path of
 * a file. Operations that cannot be tools are told on the error stream, with the reason. Throws SERVER_INVALID.
 */
export function openapi(document: string | object, options: OpenApiOptions = {}): ServerDefinition {
  const read = readDocument(document);
  const key = keyOf(read, options.apiKey);
  // Lower case, so that no parameter adds a value to one of them.
  const fixed = Object.fromEntries(
    Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const { operations, skipped } = readOperations(
    read,
    options,
    fixedParameters({ ...fixed, ...key.headers }, key.query),
  );
  if (operations.length === 0) throw invalid(read.name, "has no operation that can be a tool and is included");
  for (const { operation, reason } of skipped)
    console.error(`openapi(${read.name}): ${operation} is no tool: ${reason}`);
  const byName = new Map(operations.map((operation) => [operation.tool.name, operation]));
  const baseUrl = baseUrlOf(read, options.baseUrl);
  const { instructions, auth, timeoutSeconds = 30, maxBytes = 262_144, fetch = globalThis.fetch } = options;
  if (!(timeoutSeconds >= 1 && timeoutSeconds <= 600))
    throw invalid(read.name, "has a timeoutSeconds that is not from 1 to 600");
  if (!(maxBytes >= 1_024 && maxBytes <= 104_857_600))
    throw invalid(read.name, "has a maxBytes that is not from 1,024 to 104,857,600");
  const { title = "api", version = "1.0.0" } = read.root.info as { title?: string; version?: string };
  const { info = { name: String(title), version: String(version) } } = options;

  function createServer(context: FactoryContext): Server {
    const server = new Server(info, { capabilities: { tools: {} }, ...(instructions && { instructions }) });
    server.setRequestHandler("tools/list", () => ({ tools: operations.map(({ tool }) => tool) }) as never);
    server.setRequestHandler("tools/call", async ({ params }, { mcpReq }) => {
      const operation = byName.get(params.name);
      if (!operation) throw new ProtocolError(JsonRpcCode.INVALID_PARAMS, `Tool ${params.name} not found`);
      try {
        const authorized = await withToken(fetch, auth, context);
        const call = {
          baseUrl,
          headers: { ...fixed, ...key.headers },
          query: key.query,
          fetch: authorized.fetch,
          timeoutMs: timeoutSeconds * 1000,
          maxBytes,
          signal: mcpReq.signal,
          secrets: () => [...authorized.tokens, ...key.secrets],
        };
        return (await callOperation(operation, (params.arguments ?? {}) as JsonObject, call)) as never;
      } catch (error) {
        if (error instanceof UpstreamFailure) return toToolError(error.message) as never;
        throw error;
      }
    });
    return server;
  }

  return defineServer({ createServer });
}

function baseUrlOf({ name, root }: OpenApiDocument, given: string | undefined): URL {
  const [first] = Array.isArray(root.servers) ? root.servers : [];
  const address = given ?? (isRecord(first) ? withDefaults(first) : undefined);
  if (typeof address === "string" && isSecureUrl(address) && !/[{}]/.test(address)) return new URL(address);
  const found = withoutPasswords(JSON.stringify(address) ?? "none");
  throw invalid(
    name,
    `needs an https address, and has ${found}: give baseUrl, without user, query or fragment; http is for loopback alone`,
  );
}

/** The address of a server with the defaults of its variables (OpenAPI 3.1, Server Object). */
function withDefaults({ url, variables }: JsonObject): unknown {
  if (typeof url !== "string" || !isRecord(variables)) return url;
  return url.replaceAll(/\{([^}]+)\}/g, (whole, variable) => {
    const { default: value } = (variables[variable] ?? {}) as { readonly default?: unknown };
    return typeof value === "string" ? value : whole;
  });
}

/** The parameters that the deployment sets, which are no arguments of a tool. */
const fixedParameters = (headers: object, query: object): ReadonlySet<string> =>
  new Set([
    ...Object.keys(headers).map((header) => `header ${header}`),
    ...Object.keys(query).map((parameter) => `query ${parameter}`),
  ]);

interface ApiKey {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

function keyOf({ name }: OpenApiDocument, apiKey: OpenApiOptions["apiKey"]): ApiKey {
  if (!apiKey) return { headers: {}, query: {}, secrets: [] };
  const { in: place, name: field, variable } = apiKey;
  if (place !== "header" && place !== "query")
    throw invalid(name, 'has an apiKey that is in neither "header" nor "query"');
  const key = process.env[variable];
  if (!key) throw invalid(name, `needs the key in the variable ${variable}`);
  if (place === "query") return { headers: {}, query: { [field]: key }, secrets: [key, encodeURIComponent(key)] };
  if (/[^\x20-\x7e]/.test(key))
    throw invalid(name, `has a key in ${variable} with characters that no header can carry`);
  return { headers: { [field.toLowerCase()]: key }, query: {}, secrets: [key] };
}

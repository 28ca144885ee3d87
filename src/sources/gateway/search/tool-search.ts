import { isListed, type Policy } from "../../../authorization/policy.ts";
import type { ToolRules } from "../../../authorization/tool-rules.ts";
import { AnycloudError } from "../../../errors.ts";
import type { FactoryContext } from "../../../server/server-factory.ts";
import type { Forward, ForwardedRequest, JsonObject } from "../../forwarding/forwarded-request.ts";
import { toToolError } from "../../forwarding/result.ts";
import { rank } from "./rank.ts";
import { CALL_TOOL, FIND_TOOLS, SEARCH_TOOLS } from "./search-tools.ts";

export interface SearchOptions {
  /** Names of tools that are listed as they are, beside the two of the search. Default: none. */
  readonly pinned?: readonly string[];
  /** Tools that one search finds at most. 1 to 50. Default 5. */
  readonly limit?: number;
}

export interface SearchRules {
  readonly policy: Policy | undefined;
  readonly tools: Readonly<Record<string, ToolRules>>;
}

/** Throws SERVER_INVALID. */
export function checkSearch({ limit = 5 }: SearchOptions): void {
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= 50) return;
  throw new AnycloudError(
    "SERVER_INVALID",
    `search.limit of a gateway must be a whole number from 1 to 50, not ${limit}.`,
  );
}

/**
 * Puts a search in front of a catalog that is too large to be listed: clients see `find_tools`, `call_tool` and the pinned
 * tools. What a caller may not use is not found, and the rules of a tool hold for it when it is called by `call_tool`.
 */
export function withSearch(
  answer: Forward,
  { pinned = [], limit = 5 }: SearchOptions,
  { rules, context }: { readonly rules: SearchRules; readonly context: FactoryContext },
): Forward {
  const listAll = async (request: ForwardedRequest): Promise<JsonObject> =>
    answer({ ...request, method: "tools/list", params: {} });

  async function find(request: ForwardedRequest): Promise<JsonObject> {
    const { query, limit: asked = limit } = argumentsOf(request);
    if (typeof query !== "string" || query.trim() === "")
      return toToolError("query is missing: say what is to be done.");
    const { tools } = (await listAll(request)) as { readonly tools: JsonObject[] };
    const { policy } = rules;
    const allowed = tools.filter(
      ({ name }) =>
        hasScopes(name, context, rules) && (!policy || isListed(policy, context.caller, "tool", String(name))),
    );
    const count = typeof asked === "number" && asked >= 1 ? Math.min(Math.floor(asked), 50) : limit;
    const found = rank(query.slice(0, 1_000), allowed, count).map(toFound);
    const text = found.length > 0 ? JSON.stringify(found) : "No tool fits these words: try others.";
    return { content: [{ type: "text", text }] };
  }

  async function call(request: ForwardedRequest): Promise<JsonObject> {
    const { name, arguments: args = {} } = argumentsOf(request);
    if (typeof name !== "string" || SEARCH_TOOLS.some((tool) => tool.name === name)) {
      return toToolError("name must be that of a tool which find_tools found.");
    }
    if (!hasScopes(name, context, rules)) return toToolError(`Tool ${name} not found`);
    const rateLimit = rules.tools[name]?.rateLimit;
    if (rateLimit) {
      const { allowed, retryAfterSeconds } = await context.rateLimiter.take(`tool ${name}`, rateLimit);
      if (!allowed) return toToolError(`${name} was called too often: try again in ${retryAfterSeconds} s.`);
    }
    return answer({ ...request, params: { ...request.params, name, arguments: args } });
  }

  return async (request) => {
    const { method, params } = request;
    if (method === "tools/list") {
      const list = pinned.length > 0 ? ((await listAll(request)) as { readonly tools: JsonObject[] }) : { tools: [] };
      return { ...list, tools: [...SEARCH_TOOLS, ...list.tools.filter(({ name }) => pinned.includes(String(name)))] };
    }
    if (method !== "tools/call") return answer(request);
    if (params.name === FIND_TOOLS) return find(request);
    return params.name === CALL_TOOL ? call(request) : answer(request);
  };
}

/** Bytes of what one tool adds to an answer of `find_tools`: 50 of them fit into it. */
const MAX_FOUND_BYTES = 65_536;

/** A tool as `find_tools` tells of it; one whose schema is too large without that, because a model could not read on. */
function toFound({ name, description, inputSchema }: JsonObject): JsonObject {
  const found = { name, ...(description !== undefined && { description }), inputSchema };
  if (Buffer.byteLength(JSON.stringify(found)) <= MAX_FOUND_BYTES) return found;
  return {
    name,
    description: `${String(description ?? "").slice(0, 1_024)} (Its input schema is too large to be shown.)`,
  };
}

const argumentsOf = ({ params }: ForwardedRequest): JsonObject => (params.arguments ?? {}) as JsonObject;

/** Whether the caller has the scopes that a tool asks for. */
const hasScopes = (name: unknown, { caller }: FactoryContext, { tools }: SearchRules): boolean =>
  (tools[String(name)]?.scopes ?? []).every((scope) => caller.scopes.includes(scope));

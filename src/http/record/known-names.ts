import type { RequestLogFields } from "./log-fields.ts";

/** In place of a name that a caller made up: in logs and metrics, each would be a series of its own. */
const OTHER_NAME = "_OTHER";

/** More names than a server has. */
const MOST_NAMES = 2_000;

/** Methods of both protocol eras and of the Tasks extension. */
const METHODS: ReadonlySet<string> = new Set([
  ...["initialize", "ping", "server/discover", "subscriptions/listen", "completion/complete", "logging/setLevel"],
  ...["tools/list", "tools/call", "prompts/list", "prompts/get", "tasks/get", "tasks/update", "tasks/cancel"],
  ...["resources/list", "resources/templates/list", "resources/read", "resources/subscribe", "resources/unsubscribe"],
  ...["notifications/initialized", "notifications/cancelled", "notifications/progress"],
  "notifications/roots/list_changed",
]);

/** Methods whose `name` is that of a tool or prompt. What others call a name is nobody's. */
export const NAMING: ReadonlySet<unknown> = new Set(["tools/call", "prompts/get"]);

/** The tool or prompt that a message names, as its sender wrote it. */
export function nameIn(message: unknown): string | undefined {
  const { method, params } = (message ?? {}) as { method?: unknown; params?: { name?: unknown } | null };
  const name = NAMING.has(method) ? params?.name : undefined;
  return typeof name === "string" ? name : undefined;
}

/** The methods, tools and prompts that the server of an endpoint is known to have, by what it answered in this process. */
export interface KnownNames {
  /** Learns from how a request ended, and gives back its names as they may be shown. */
  shown(fields: RequestLogFields): Pick<RequestLogFields, "mcpMethod" | "mcpName">;
  /** Whether a request of a method may be shown with this name. */
  has(mcpMethod: string, mcpName: string): boolean;
}

export function createKnownNames(): KnownNames {
  const known = new Set<string>();
  const learn = (key: string): void => {
    if (known.size < MOST_NAMES) known.add(key);
  };
  const has = (mcpMethod: string, mcpName: string): boolean => known.has(keyOf(mcpMethod, mcpName));
  return {
    has,
    shown({ mcpMethod, mcpName, outcome, checksTools, listed }) {
      if (mcpMethod === undefined) return {};
      const isAnswered = outcome === "ok" || outcome === "input_required";
      if (isAnswered && !METHODS.has(mcpMethod)) learn(mcpMethod);
      for (const name of listed ?? []) learn(keyOf(mcpMethod, name));
      // Servers that look for the tool themselves may answer anything for one that they do not have.
      const isFound = isAnswered || (outcome === "tool_error" && checksTools === true);
      if (mcpName !== undefined && isFound) learn(keyOf(mcpMethod, mcpName));
      return {
        mcpMethod: METHODS.has(mcpMethod) || known.has(mcpMethod) ? mcpMethod : OTHER_NAME,
        ...(mcpName !== undefined && { mcpName: has(mcpMethod, mcpName) ? mcpName : OTHER_NAME }),
      };
    },
  };
}

/** Tools are shared by the methods that name them. */
const keyOf = (mcpMethod: string, name: string): string => `${mcpMethod.startsWith("prompts/") ? "p" : "t"} ${name}`;

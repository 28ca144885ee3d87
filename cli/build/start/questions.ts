/** The first messages of a client of each era, which make a server be built. */

const CLIENT = { name: "mcp-anycloud build", version: "1.0.0" };
const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": CLIENT,
  "io.modelcontextprotocol/clientCapabilities": {},
};

const SHARED_HEADERS = { "content-type": "application/json", accept: "application/json, text/event-stream" };

/** One request with POST. */
export interface Question {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const QUESTIONS: readonly Question[] = [
  {
    method: "server/discover",
    headers: { ...SHARED_HEADERS, "mcp-protocol-version": "2026-07-28", "mcp-method": "server/discover" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "server/discover", params: { _meta: META } }),
  },
  {
    method: "initialize",
    headers: SHARED_HEADERS,
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: CLIENT },
    }),
  },
];

/** How a server took a question. `refused`: it asks who calls. `other revision`: it speaks only that of another question. */
export type Outcome = "answered" | "refused" | "other revision" | { readonly failure: string };

/** MCP 2026-07-28, versioning. */
const UNSUPPORTED_PROTOCOL_VERSION = -32022;

/** The outcome that a response tells of: a JSON body, or a stream of events whose last one is the response. */
export function outcomeOf({ method }: Question, status: number, body: string): Outcome {
  if (status === 401 || status === 403) return "refused";
  const text = body.startsWith("{")
    ? body
    : (body
        .match(/^data: ?(.*)$/gm)
        ?.at(-1)
        ?.replace(/^data: ?/, "") ?? "");
  let message: { result?: unknown; error?: { code?: number; message?: string } };
  try {
    message = JSON.parse(text);
  } catch {
    return { failure: `${method} is answered with ${status}, and with no JSON-RPC message` };
  }
  if (message.result !== undefined) return "answered";
  if (message.error?.code === UNSUPPORTED_PROTOCOL_VERSION) return "other revision";
  return { failure: `${method} is answered with "${message.error?.message ?? status}"` };
}

/** The sentence about what went wrong; undefined for a server that works. */
export function problemOf(outcomes: readonly Outcome[]): string | undefined {
  for (const outcome of outcomes) if (typeof outcome === "object") return outcome.failure;
  return outcomes.every((outcome) => outcome === "other revision") ? "it speaks no revision of MCP" : undefined;
}

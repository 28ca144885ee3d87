import { type ClientOptions, withClient } from "../dev/mcp-client.ts";
import { toolsOf } from "../smoke/choose-tool.ts";

/** A request of the page's form. */
export interface ToolRequest extends ClientOptions {
  readonly tool?: string;
  readonly arguments?: Record<string, unknown>;
}

/** Longer than any platform lets a call take. */
const TIMEOUT_MS = 3_600_000;

/** The tools of the server behind an ingress. Throws what the client throws. */
export const listTools = (url: string, request: ToolRequest): Promise<object> =>
  withClient(url, request, async (client) => ({ tools: await toolsOf(client) }));

/** Calls a tool through an ingress, as a client that asks for progress. Throws what the client throws. */
export const callTool = (
  url: string,
  { tool = "", arguments: given = {}, ...options }: ToolRequest,
  signal: AbortSignal,
): Promise<object> =>
  withClient(url, options, async (client) => {
    const waiting = { timeout: TIMEOUT_MS, signal, onprogress: () => {} };
    return { result: await client.callTool({ name: tool, arguments: given }, waiting) };
  });

import type { JSONRPCMessage, RequestId, ScopeChallengeHandler } from "@modelcontextprotocol/server";
import type { CallAudit } from "../audit/call-audit.ts";
import { JsonRpcCode, jsonResponse, unknownTool, unknownToolResult } from "../http/json-rpc.ts";
import { Rejection } from "../http/rejection.ts";
import { withinLimit } from "../limits/output.ts";
import type { MessageInterceptor } from "../server/message-interceptor.ts";
import type { BuiltServer } from "../server/sdk-server.ts";
import type { ToolCallDecision } from "./tool-call-decision.ts";
import { withoutHiddenTools } from "./tool-list.ts";

export interface CallInterceptorOptions {
  readonly isBatch: boolean;
  /** The calls in the message. */
  readonly calls: readonly ToolCallDecision[];
  /** Ids of the requests for the list of tools. */
  readonly lists: ReadonlySet<RequestId>;
  /** Whether the caller may know of a tool; absent where all may know of all. */
  readonly isListed?: ((tool: string) => boolean) | undefined;
  readonly maxOutputBytes: number;
  readonly callAudit: CallAudit;
  /** Fires when the platform is about to stop the work in flight. */
  readonly stopped?: AbortSignal | undefined;
  /** Throws Rejection when the caller lacks scopes. */
  readonly checkScopes: (resolve: ScopeChallengeHandler | undefined) => Promise<void>;
}

/** Applies the decisions about one message to its server: denied calls, hidden tools, scopes, large responses, audit. */
export function createCallInterceptor(options: CallInterceptorOptions): MessageInterceptor {
  const { isBatch, calls, lists, isListed, maxOutputBytes, callAudit, stopped, checkScopes } = options;
  const callOf = new Map(calls.map((call) => [call.request.id, call]));
  const cancel = (reason?: string): void => {
    for (const call of calls) callAudit.cancelled(call, reason);
  };
  let server: BuiltServer | undefined;
  return {
    async onServerBuilt(built) {
      server = built;
      const [first] = calls;
      // Before the SDK looks the tool up, which would tell that it exists: by the headers or the scopes that it needs.
      if (first && !isBatch && !first.allowed) {
        throw new Rejection(jsonResponse(200, JSON.stringify(unknownToolResponse(built, first))));
      }
      await checkScopes(scopeResolverOf(built.server));
    },
    async afterConnect(resolveScopes) {
      // A server that wraps another one names its scopes only now.
      if (resolveScopes && !scopeResolverOf(server?.server)) await checkScopes(resolveScopes);
      // After this, the process may no longer be there to record the outcome.
      stopped?.addEventListener("abort", () => cancel("time_limit"), { once: true });
    },
    respondInstead(message) {
      if (!("method" in message) || message.method !== "tools/call" || !("id" in message)) return undefined;
      const call = callOf.get(message.id);
      return call && !call.allowed ? unknownToolResponse(server, call) : undefined;
    },
    mapOutgoing(message) {
      if ("method" in message || message.id === undefined) return message;
      if (isListed && lists.has(message.id)) return withoutHiddenTools(message, isListed);
      const call = callOf.get(message.id);
      if (!call) return message;
      const within = withinLimit(message, maxOutputBytes);
      callAudit.answered(call, within, within !== message);
      return within;
    },
    onClose: () => cancel(),
  };
}

const scopeResolverOf = (server: object | undefined): ScopeChallengeHandler | undefined =>
  (server as { resolveScopeChallenge?: ScopeChallengeHandler } | undefined)?.resolveScopeChallenge;

/** The response of a server without such a tool: an error of SDK v2, a result of SDK v1's McpServer. */
function unknownToolResponse(
  built: BuiltServer | undefined,
  { tool, request: { id } }: ToolCallDecision,
): JSONRPCMessage {
  const isSdkV1 = built && !built.isSdkV2 && "registerTool" in built.server;
  if (!isSdkV1) return { jsonrpc: "2.0", id, error: { code: JsonRpcCode.INVALID_PARAMS, message: unknownTool(tool) } };
  const content = [{ type: "text", text: unknownToolResult(tool) }];
  // In the order in which SDK v1 writes the fields, so that nothing tells the one from the other.
  return { result: { content, isError: true }, jsonrpc: "2.0", id };
}

import type { JSONRPCMessage, RequestId, ScopeChallengeHandler } from "@modelcontextprotocol/server";
import { McpServer, Server } from "@modelcontextprotocol/server";
import type { CallAudit } from "../audit/call-audit.ts";
import type { ConnectableServer } from "../define-server.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import type { Occasion } from "../http/light-signal.ts";
import { Rejection } from "../http/rejection.ts";
import { withinLimit } from "../limits/output.ts";
import { interpose, type MessageInterceptor } from "../server/message-interceptor.ts";
import type { ToolCallDecision } from "./tool-call-decision.ts";
import { withoutHiddenTools } from "./tool-list.ts";

/** Stands between servers and their client for one message. */
export interface ServerGuard {
  /** Throws Rejection when the message must not reach the server. */
  readonly admit?: (server: ConnectableServer) => Promise<void>;
  /** What is done to what goes through. */
  readonly between: MessageInterceptor;
}

/** Puts what a factory made behind a guard, before it is connected. Throws Rejection when the message must not reach it. */
export async function putBehind(server: ConnectableServer, guard: ServerGuard | undefined): Promise<void> {
  if (!guard) return;
  await guard.admit?.(server);
  interpose(server, guard.between);
}

export interface ServerGuardOptions {
  readonly isBatch: boolean;
  /** The calls in the message. */
  readonly calls: readonly ToolCallDecision[];
  /** Ids of the requests for the list of tools. */
  readonly lists: ReadonlySet<RequestId>;
  /** Whether the caller may know of a tool; absent where all may know of all. */
  readonly isListed?: ((tool: string) => boolean) | undefined;
  readonly maxOutputBytes: number;
  readonly callAudit: CallAudit;
  /** Fires when the platform is about to stop what is under way. */
  readonly stopped?: Occasion | undefined;
  /** Throws Rejection when the caller lacks scopes. */
  readonly checkScopes: (resolve: ScopeChallengeHandler | undefined) => Promise<void>;
}

export function createServerGuard(options: ServerGuardOptions): ServerGuard {
  const { isBatch, calls, lists, isListed, maxOutputBytes, callAudit, stopped, checkScopes } = options;
  const callOf = new Map(calls.map((call) => [call.request.id, call]));
  const cancel = (reason?: string): void => {
    for (const call of calls) callAudit.cancelled(call, reason);
  };
  let admitted: ConnectableServer | undefined;
  return {
    async admit(server) {
      admitted = server;
      const [first] = calls;
      // Before the SDK looks the tool up, which would tell that it is there: by the headers or the scopes that it asks for.
      if (first && !isBatch && !first.allowed) throw new Rejection(wholeAnswer(unknownTool(server, first)));
      await checkScopes(resolverOf(server));
    },
    between: {
      async connected(resolve) {
        // Of a server that hides in another one, this is the first that is known of its scopes.
        if (resolve && !resolverOf(admitted)) await checkScopes(resolve);
        // Behind this, nobody may be there any more to say what became of it.
        const stop = (): void => cancel("time_limit");
        stopped?.addEventListener("abort", stop, { once: true });
      },
      answerInstead(message) {
        if (!("method" in message) || message.method !== "tools/call" || !("id" in message)) return undefined;
        const call = callOf.get(message.id);
        return call && !call.allowed ? unknownTool(admitted, call) : undefined;
      },
      passOn(message) {
        if ("method" in message || message.id === undefined) return message;
        if (isListed && lists.has(message.id)) return withoutHiddenTools(message, isListed);
        const call = callOf.get(message.id);
        if (!call) return message;
        const within = withinLimit(message, maxOutputBytes);
        callAudit.answered(call, within, within !== message);
        return within;
      },
      over: () => cancel(),
    },
  };
}

const resolverOf = (server: object | undefined): ScopeChallengeHandler | undefined =>
  (server as { resolveScopeChallenge?: ScopeChallengeHandler } | undefined)?.resolveScopeChallenge;

/** What a server answers that has no such tool: SDK v2 with an error, and SDK v1's McpServer with a result that says so. */
function unknownTool(
  server: ConnectableServer | undefined,
  { tool, request: { id } }: ToolCallDecision,
): JSONRPCMessage {
  const text = `Tool ${tool} not found`;
  const isSdkV1 = server && !(server instanceof McpServer || server instanceof Server) && "registerTool" in server;
  if (!isSdkV1) return { jsonrpc: "2.0", id, error: { code: INVALID_PARAMS, message: text } };
  const content = [{ type: "text", text: `MCP error ${INVALID_PARAMS}: ${text}` }];
  // In the order in which it writes them, so that nothing tells the one from the other.
  return { result: { content, isError: true }, jsonrpc: "2.0", id };
}

const INVALID_PARAMS = -32602;

const wholeAnswer = (message: JSONRPCMessage): HttpResponse => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(message),
});

import type { JSONRPCRequest, RequestId, ScopeChallengeHandler } from "@modelcontextprotocol/server";
import type { OperationAudit } from "../audit/operation-audit.ts";
import { jsonResponse } from "../http/json-rpc.ts";
import { Rejection } from "../http/rejection.ts";
import { withinLimit } from "../limits/output.ts";
import type { MessageInterceptor } from "../server/message-interceptor.ts";
import type { BuiltServer } from "../server/sdk-server.ts";
import { type IsListed, withoutHidden } from "./list-filter.ts";
import type { OperationDecision } from "./operation-decision.ts";
import { unknownResponse } from "./unknown-response.ts";

export interface CallInterceptorOptions {
  readonly isBatch: boolean;
  /** The operations of the message, by the ids of their requests. */
  readonly decisions: ReadonlyMap<RequestId, OperationDecision>;
  /** The requests for lists. */
  readonly lists: readonly JSONRPCRequest[];
  /** Absent where all may know of all. */
  readonly isListed?: IsListed | undefined;
  readonly maxOutputBytes: number;
  readonly operationAudit: OperationAudit;
  /** Fires when the platform is about to stop the work in flight. */
  readonly stopped?: AbortSignal | undefined;
  /** Throws Rejection when the caller lacks scopes. */
  readonly checkScopes: (resolve: ScopeChallengeHandler | undefined) => Promise<void>;
}

/** Applies the decisions about one message to its server: what is denied or hidden, scopes, large responses, audit. */
export function createCallInterceptor(options: CallInterceptorOptions): MessageInterceptor {
  const { isBatch, decisions, lists, isListed, maxOutputBytes, operationAudit, stopped, checkScopes } = options;
  const listOf = new Map(lists.map(({ id, method }) => [id, method]));
  const cancel = (reason?: string): void => {
    for (const decision of decisions.values()) operationAudit.cancelled(decision, reason);
  };
  let server: BuiltServer | undefined;
  return {
    async onServerBuilt(built) {
      server = built;
      const [first] = decisions.values();
      // Before the SDK looks the tool up, which would tell that it exists: by the headers or the scopes that it needs.
      if (first && !isBatch && !first.passes) {
        throw new Rejection(jsonResponse(200, JSON.stringify(unknownResponse(built, first))));
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
      if (!("method" in message) || !("id" in message)) return undefined;
      const decision = decisions.get(message.id);
      return decision?.request.method === message.method && !decision.passes
        ? unknownResponse(server, decision)
        : undefined;
    },
    mapOutgoing(message) {
      if ("method" in message || message.id === undefined) return message;
      const list = listOf.get(message.id);
      const shown = isListed && list ? withoutHidden(message, list, isListed) : message;
      const decision = decisions.get(message.id);
      if (!decision) return shown;
      const within = withinLimit(shown, maxOutputBytes);
      operationAudit.answered(decision, within, within !== shown);
      return within;
    },
    onClose: () => cancel(),
  };
}

const scopeResolverOf = (server: object | undefined): ScopeChallengeHandler | undefined =>
  (server as { resolveScopeChallenge?: ScopeChallengeHandler } | undefined)?.resolveScopeChallenge;

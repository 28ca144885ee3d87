import type { JSONRPCRequest } from "@modelcontextprotocol/server";
import type { Audit } from "../audit/audit-log.ts";
import { createCallAudit } from "../audit/call-audit.ts";
import { ANYBODY } from "../auth/caller.ts";
import type { Challenges } from "../auth/challenge.ts";
import type { RequestContext } from "../auth/request-context.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import { Rejection } from "../http/rejection.ts";
import type { MessageInterceptor } from "../server/message-interceptor.ts";
import { createCallInterceptor } from "./call-interceptor.ts";
import { checkRules, type DeclaredRules } from "./check-rules.ts";
import { isListed } from "./policy.ts";
import { lackingScopes, neededScopes } from "./scope-check.ts";
import { decideToolCall, type ToolCallDecision } from "./tool-call-decision.ts";
import { toolRulesOf } from "./tool-rules.ts";

export interface AuthorizationOptions extends DeclaredRules {
  /** Whether callers are distinguished. */
  readonly hasCallers: boolean;
  /** Scopes that every request must have. */
  readonly requiredScopes?: readonly string[] | undefined;
  readonly challenges: Pick<Challenges, "insufficientScope">;
  readonly audit?: Audit | undefined;
  readonly maxOutputBytes: number;
  /** Counts a call of a tool against the limit of its caller: the refusal where it is exceeded. */
  readonly takeTool?: ((context: RequestContext, tool: string) => Promise<HttpResponse | undefined>) | undefined;
}

/** The refusal of a message, or the interceptor for the server that handles it. */
type Authorized = { readonly refused: HttpResponse } | { readonly interceptor?: MessageInterceptor };

/** Decides about the operations of a message, before there is a server. */
export type Authorize = (context: RequestContext, message: unknown) => Promise<Authorized>;

/** Methods whose handlers may name scopes in SDK v2. */
const WITH_SCOPES = new Set(["tools/call", "prompts/get", "resources/read"]);

/**
 * Undefined where there is nothing to decide: callers are not distinguished, and no rule is declared. Throws SERVER_INVALID
 * or CONFIG_INVALID for rules that cannot apply.
 */
export function createAuthorization(options: AuthorizationOptions): Authorize | undefined {
  const { policy, requiredScopes = [], challenges, audit, maxOutputBytes, takeTool } = options;
  const rules = toolRulesOf(options.tools);
  checkRules(options);

  const namesScopes = requiredScopes.length > 0 || [...rules.values()].some(({ scopes }) => scopes?.length);
  if (!options.hasCallers && !policy && !audit && !takeTool && !namesScopes) return undefined;

  /** Counts calls: the refusal where one of them is too many. */
  async function takeCalls(
    context: RequestContext,
    calls: readonly ToolCallDecision[],
  ): Promise<HttpResponse | undefined> {
    for (const { tool } of calls) {
      const refused = await takeTool?.(context, tool);
      if (refused) return refused;
    }
    return undefined;
  }

  return async (context, message) => {
    const { caller, invocation } = context;
    const requests = requestsIn(message);
    const calls = requests
      .filter(({ method }) => method === "tools/call")
      .map((request) => decideToolCall(request, caller, { rules, policy }));
    const allowed = calls.filter((call) => call.allowed);
    const lists = requests.filter(({ method }) => method === "tools/list").map(({ id }) => id);
    // The scopes of a denied call are not named: its caller must not learn that the tool exists.
    const required = [...requiredScopes, ...allowed.flatMap(({ tool }) => rules.get(tool)?.scopes ?? [])];
    const isLacking = lackingScopes(required, caller.scopes).length > 0;
    const callAudit = createCallAudit({ context, audit, auditFieldsOf: (tool) => rules.get(tool)?.auditFields });

    const refuse = (scopes: readonly string[], description?: string): HttpResponse => {
      const reason = { reason: "insufficient_scope", scopes };
      for (const call of calls) callAudit.denied(call, { event: "access_denied", ...reason });
      if (calls.length === 0) {
        audit?.(context, { event: "access_denied", decision: "deny", outcome: "refused", ...reason });
      }
      return challenges.insufficientScope(scopes, description);
    };

    // Only a server knows the scopes that its tools name; but no other request of a batch may run before it is asked.
    const [only] = Array.isArray(message) ? [] : requests;
    const isKnown = caller !== ANYBODY;
    const canAskServer = isKnown && only && WITH_SCOPES.has(only.method) && allowed.length === calls.length;
    if (isLacking && !canAskServer) return { refused: refuse(required) };
    for (const call of calls) if (!call.allowed) callAudit.denied(call, denialOf(call));
    const tooMany = isLacking ? undefined : await takeCalls(context, allowed);
    if (tooMany) {
      for (const call of allowed) callAudit.denied(call, { event: "rate_limited", reason: "rate_limit" });
      return { refused: tooMany };
    }
    const mayNameScopes = isKnown && requests.some(({ method }) => WITH_SCOPES.has(method));
    if (calls.length === 0 && !(policy && lists.length > 0) && !mayNameScopes) return {};

    const undenied = requests.filter((request) => !calls.some((call) => call.request === request && !call.allowed));
    return {
      interceptor: createCallInterceptor({
        isBatch: Array.isArray(message),
        calls,
        lists: new Set(lists),
        isListed: policy && ((tool) => isListed(policy, caller, tool)),
        maxOutputBytes,
        callAudit,
        // Where the platform goes on with other work, so does this process.
        stopped: invocation.exclusive ? invocation.deadline : undefined,
        async checkScopes(resolve) {
          const needs = await neededScopes({ context, requests: undenied, required }, resolve);
          if (needs) throw new Rejection(refuse(needs.scopes, needs.description));
        },
      }),
    };
  };
}

const denialOf = ({ failed }: ToolCallDecision): { event: "access_denied"; reason: string } => ({
  event: "access_denied",
  reason: failed ? "policy_failed" : "policy",
});

/** The JSON-RPC requests in a message. The protocol handlers refuse anything else. */
function requestsIn(message: unknown): JSONRPCRequest[] {
  const messages: unknown[] = Array.isArray(message) ? message : [message];
  return messages.filter(isRequest);
}

function isRequest(message: unknown): message is JSONRPCRequest {
  const { method, id } = (message ?? {}) as { method?: unknown; id?: unknown };
  return typeof method === "string" && (typeof id === "string" || typeof id === "number");
}

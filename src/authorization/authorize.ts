import type { JSONRPCRequest } from "@modelcontextprotocol/server";
import type { Audit } from "../audit/audit-log.ts";
import { createOperationAudit } from "../audit/operation-audit.ts";
import { ANYBODY } from "../auth/caller.ts";
import type { Challenges } from "../auth/challenge.ts";
import type { RequestContext } from "../auth/request-context.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import { Rejection } from "../http/rejection.ts";
import type { MessageInterceptor } from "../server/message-interceptor.ts";
import { LISTEN, withoutSubscriptions } from "../server/operation.ts";
import { createCallInterceptor } from "./call-interceptor.ts";
import { checkRules, type DeclaredRules } from "./check-rules.ts";
import { FILTERED_LISTS } from "./list-filter.ts";
import { decideOperations, type OperationDecision } from "./operation-decision.ts";
import { type EnforcedPolicy, isListed } from "./policy.ts";
import { lackingScopes, neededScopes } from "./scope-check.ts";

export interface AuthorizeOptions extends DeclaredRules {
  readonly policy?: EnforcedPolicy | undefined;
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
type Authorized =
  | { readonly refused: HttpResponse }
  | {
      readonly interceptor?: MessageInterceptor;
      /** The message to serve in place of the client's: without the subscriptions that its caller may not have. */
      readonly message?: JSONRPCRequest;
    };

/** Decides about the operations of a message, before there is a server. */
export type Authorize = (context: RequestContext, message: unknown) => Promise<Authorized>;

/** Methods whose handlers may name scopes in SDK v2. */
const WITH_SCOPES = new Set(["tools/call", "prompts/get", "resources/read", "resources/subscribe"]);

/** A request as a server is asked for its scopes: to subscribe takes the scopes of reading. */
const scopeQuestion = (request: JSONRPCRequest): JSONRPCRequest =>
  request.method === "resources/subscribe" ? { ...request, method: "resources/read" } : request;

/**
 * Undefined where there is nothing to decide: callers are not distinguished, and no rule is declared. Throws SERVER_INVALID
 * or CONFIG_INVALID for rules that cannot apply.
 */
export function createAuthorize(options: AuthorizeOptions): Authorize | undefined {
  const { rules, policy, requiredScopes = [], challenges, audit, maxOutputBytes, takeTool } = options;
  checkRules(options);

  const namesScopes = requiredScopes.length > 0 || [...rules.values()].some(({ scopes }) => scopes?.length);
  if (!options.hasCallers && !policy && !audit && !takeTool && !namesScopes) return undefined;

  /** Counts calls of tools: the refusal where one of them is too many. */
  async function takeCalls(
    context: RequestContext,
    decisions: readonly OperationDecision[],
  ): Promise<HttpResponse | undefined> {
    for (const { primitive, name } of decisions) {
      const refused = primitive === "tool" ? await takeTool?.(context, name) : undefined;
      if (refused) return refused;
    }
    return undefined;
  }

  return async (context, message) => {
    const { caller, invocation } = context;
    const requests = requestsIn(message);
    const decisions = requests.flatMap((request) => decideOperations(request, caller, { rules, policy }));
    const passing = decisions.filter(({ passes }) => passes);
    const lists = requests.filter(({ method }) => FILTERED_LISTS.has(method));
    // The scopes of a denied call are not named: its caller must not learn that the tool exists.
    const required = [...requiredScopes, ...passing.flatMap((decision) => scopesOf(decision))];
    const isLacking = lackingScopes(required, caller.scopes).length > 0;
    const auditFieldsOf = (tool: string): readonly string[] | undefined => rules.get(tool)?.auditFields;
    const operationAudit = createOperationAudit({ context, audit, auditFieldsOf });

    const refuse = (scopes: readonly string[], description?: string): HttpResponse => {
      const reason = { reason: "insufficient_scope", scopes };
      for (const decision of decisions) operationAudit.denied(decision, { event: "access_denied", ...reason });
      if (decisions.length === 0) {
        audit?.(context, { event: "access_denied", decision: "deny", outcome: "refused", ...reason });
      }
      return challenges.insufficientScope(scopes, description);
    };

    // Only a server knows the scopes that its tools name; but no other request of a batch may run before it is asked.
    const [only] = Array.isArray(message) ? [] : requests;
    const isKnown = caller !== ANYBODY;
    const canAskServer = isKnown && only && WITH_SCOPES.has(only.method) && passing.length === decisions.length;
    if (isLacking && !canAskServer) return { refused: refuse(required) };
    for (const decision of decisions) if (!decision.passes) operationAudit.denied(decision);
    const tooMany = isLacking ? undefined : await takeCalls(context, passing);
    if (tooMany) {
      for (const decision of passing) {
        operationAudit.denied(decision, { event: "rate_limited", reason: "rate_limit" });
      }
      return { refused: tooMany };
    }
    if (only?.method === LISTEN) {
      for (const decision of passing) operationAudit.served(decision);
      const denied = new Set(decisions.filter(({ passes }) => !passes).map(({ name }) => name));
      return denied.size > 0 ? { message: withoutSubscriptions(only, denied) } : {};
    }
    const mayNameScopes = isKnown && requests.some(({ method }) => WITH_SCOPES.has(method));
    if (decisions.length === 0 && !(policy && lists.length > 0) && !mayNameScopes) return {};

    const denied = new Set(decisions.filter(({ passes }) => !passes).map(({ request }) => request));
    return {
      interceptor: createCallInterceptor({
        isBatch: Array.isArray(message),
        decisions: new Map(decisions.map((decision) => [decision.request.id, decision])),
        lists,
        isListed:
          policy && policy.mode !== "log" ? (primitive, name) => isListed(policy, caller, primitive, name) : undefined,
        maxOutputBytes,
        operationAudit,
        // Where the platform goes on with other work, so does this process.
        stopped: invocation.exclusive ? invocation.deadline : undefined,
        async checkScopes(resolve) {
          const undenied = requests.filter((request) => !denied.has(request)).map(scopeQuestion);
          const needs = await neededScopes({ context, requests: undenied, required }, resolve);
          if (needs) throw new Rejection(refuse(needs.scopes, needs.description));
        },
      }),
    };
  };

  function scopesOf({ primitive, name }: OperationDecision): readonly string[] {
    return (primitive === "tool" && rules.get(name)?.scopes) || [];
  }
}

/** The JSON-RPC requests in a message. The protocol handlers refuse anything else. */
function requestsIn(message: unknown): JSONRPCRequest[] {
  const messages: unknown[] = Array.isArray(message) ? message : [message];
  return messages.filter(isRequest);
}

function isRequest(message: unknown): message is JSONRPCRequest {
  const { method, id } = (message ?? {}) as { method?: unknown; id?: unknown };
  return typeof method === "string" && (typeof id === "string" || typeof id === "number");
}

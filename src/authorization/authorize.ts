import type { JSONRPCRequest } from "@modelcontextprotocol/server";
import type { Audit } from "../audit/audit-log.ts";
import { createCallAudit } from "../audit/call-audit.ts";
import { ANYBODY } from "../auth/caller.ts";
import type { Challenges } from "../auth/challenge.ts";
import type { RequestContext } from "../auth/request-context.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import { Rejection } from "../http/rejection.ts";
import { withinLimit } from "../limits/output.ts";
import { checkRules } from "./check-rules.ts";
import { isListed, type ToolPolicy } from "./policy.ts";
import { lackingScopes, neededScopes } from "./scope-check.ts";
import { createServerGuard, type ServerGuard } from "./server-guard.ts";
import { decideToolCall, type ToolCallDecision } from "./tool-call-decision.ts";
import { type ToolRules, toolRulesOf } from "./tool-rules.ts";

export interface AuthorizationOptions {
  readonly tools?: Readonly<Record<string, ToolRules>> | undefined;
  readonly policy?: ToolPolicy | undefined;
  /** Scopes that every request must have. */
  readonly requiredScopes?: readonly string[] | undefined;
  /** Whether callers come with scopes. */
  readonly hasScopes: boolean;
  readonly challenges: Pick<Challenges, "insufficientScope">;
  readonly audit?: Audit | undefined;
  readonly maxOutputBytes: number;
  /** Takes a call out of what its caller may still do with a tool: the refusal where that is nothing. */
  readonly takeTool?: ((requestContext: RequestContext, tool: string) => Promise<HttpResponse | undefined>) | undefined;
}

/** What becomes of a message: the refusal to answer with, or the guard for the server that it is handed to. */
type Authorized = { readonly refused: HttpResponse } | { readonly guard?: ServerGuard };

/** Decides about what a message asks for, before there is a server. */
export type Authorize = (requestContext: RequestContext, message: unknown) => Promise<Authorized>;

/** What a server of SDK v2 may ask scopes for. */
const WITH_SCOPES = new Set(["tools/call", "prompts/get", "resources/read"]);

/** Throws SERVER_INVALID or CONFIG_INVALID for rules that cannot hold. */
export function createAuthorization(options: AuthorizationOptions): Authorize {
  const { policy, requiredScopes = [], challenges, audit, maxOutputBytes, takeTool } = options;
  const rules = toolRulesOf(options.tools);
  checkRules(options);

  const namesScopes = requiredScopes.length > 0 || [...rules.values()].some(({ scopes }) => scopes?.length);
  const isBare = !policy && !audit && !takeTool && !namesScopes;
  const limited: Authorized = {
    guard: { between: { passOn: (sent) => ("method" in sent ? sent : withinLimit(sent, maxOutputBytes)) } },
  };
  const unguarded: Authorized = {};

  /** Takes calls out of what their caller may still do: the refusal where one of them is too many. */
  async function takeCalls(
    requestContext: RequestContext,
    calls: readonly ToolCallDecision[],
  ): Promise<HttpResponse | undefined> {
    for (const { tool } of calls) {
      const refused = await takeTool?.(requestContext, tool);
      if (refused) return refused;
    }
    return undefined;
  }

  return async (requestContext, message) => {
    // Who declares nothing pays for nothing but the limit.
    if (isBare && requestContext.caller === ANYBODY && !Array.isArray(message)) {
      return requestsIn(message)[0]?.method === "tools/call" ? limited : unguarded;
    }
    const { caller, invocation } = requestContext;
    const requests = requestsIn(message);
    const calls = requests
      .filter(({ method }) => method === "tools/call")
      .map((request) => decideToolCall(request, caller, { rules, policy }));
    const allowed = calls.filter((call) => call.allowed);
    const lists = requests.filter(({ method }) => method === "tools/list").map(({ id }) => id);
    // What a denied call would need is not told: nobody is to learn that the tool is there.
    const required = [...requiredScopes, ...allowed.flatMap(({ tool }) => rules.get(tool)?.scopes ?? [])];
    const isLacking = lackingScopes(required, caller.scopes).length > 0;
    const callAudit = createCallAudit({ requestContext, audit, rules });

    const refuse = (scopes: readonly string[], description?: string): HttpResponse => {
      const reason = { reason: "insufficient_scope", scopes };
      for (const call of calls) callAudit.denied(call, { event: "access_denied", ...reason });
      if (calls.length === 0)
        audit?.(requestContext, { event: "access_denied", decision: "deny", outcome: "refused", ...reason });
      return challenges.insufficientScope(scopes, description);
    };

    // Only a server knows the scopes that it names itself; but nothing else of a batch may be done before it is asked.
    const [only] = Array.isArray(message) ? [] : requests;
    const isKnown = caller !== ANYBODY;
    const canAsk = isKnown && only && WITH_SCOPES.has(only.method) && allowed.length === calls.length;
    if (isLacking && !canAsk) return { refused: refuse(required) };
    for (const call of calls) if (!call.allowed) callAudit.denied(call, denialOf(call));
    const tooMany = isLacking ? undefined : await takeCalls(requestContext, allowed);
    if (tooMany) {
      for (const call of allowed) callAudit.denied(call, { event: "rate_limited", reason: "rate_limit" });
      return { refused: tooMany };
    }
    const asksForScopes = isKnown && requests.some(({ method }) => WITH_SCOPES.has(method));
    if (calls.length === 0 && !(policy && lists.length > 0) && !asksForScopes) return {};

    const asked = requests.filter((request) => !calls.some((call) => call.request === request && !call.allowed));
    return {
      guard: createServerGuard({
        isBatch: Array.isArray(message),
        calls,
        lists: new Set(lists),
        isListed: policy && ((tool) => isListed(policy, caller, tool)),
        maxOutputBytes,
        callAudit,
        // Where the platform goes on with other work, so does this.
        stopped: invocation.exclusive ? invocation.deadline : undefined,
        async checkScopes(resolve) {
          const needs = await neededScopes({ requestContext, requests: asked, required }, resolve);
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

/** The JSON-RPC requests in what a client sent. The legs refuse what is none. */
function requestsIn(message: unknown): JSONRPCRequest[] {
  const messages: unknown[] = Array.isArray(message) ? message : [message];
  return messages.filter(isRequest);
}

function isRequest(message: unknown): message is JSONRPCRequest {
  const { method, id } = (message ?? {}) as { method?: unknown; id?: unknown };
  return typeof method === "string" && (typeof id === "string" || typeof id === "number");
}

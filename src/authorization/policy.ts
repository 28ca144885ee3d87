import type { Caller } from "../auth/caller.ts";
import type { Operation, Primitive } from "../server/operation.ts";
import { uriForms } from "./uri-forms.ts";

/**
 * The question to a policy: may this caller do this with this thing? Exactly one of `tool`, `prompt`, `resource` and
 * `resourceTemplate` is there, as the caller gave it: there may be no such thing.
 */
export interface PolicyQuestion {
  readonly caller: Caller;
  /**
   * To `call` a tool, `get` a prompt, `read` or `subscribe` to a resource, `complete` an argument of a prompt or resource
   * template; or to see any of them in its `list`.
   */
  readonly action: Operation["action"] | "list";
  /** Name of a tool. */
  readonly tool?: string;
  /** Name of a prompt. */
  readonly prompt?: string;
  /** URI of a resource. */
  readonly resource?: string;
  /** URI template (RFC 6570) of a resource template. */
  readonly resourceTemplate?: string;
  /** The arguments of the call that the tool's `policyAttributes` name, as the client sent them. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface PolicyAnswer {
  readonly allowed: boolean;
  /** Names of the policies that decided, or that failed. Never anything of the request. */
  readonly policies: readonly string[];
  /** Present when something could not be evaluated. Nothing is allowed then. */
  readonly failed?: true;
}

/** Decides about each use of a tool, prompt or resource. Where there is one, what it does not allow is refused. */
export interface Policy {
  decide(question: PolicyQuestion): PolicyAnswer;
}

/** A policy, and what follows from it: refusals, or only records. */
export interface EnforcedPolicy extends Policy {
  /** Default `enforce`. */
  readonly mode?: "enforce" | "log";
}

/**
 * The policy's answer about a use of something. To subscribe to a resource, a caller must be allowed to read it, too: its
 * changes tell of it. What has several forms must be allowed in each of them.
 */
export function decideUse(
  policy: Policy,
  caller: Caller,
  { action, primitive, name }: Operation,
  attributes: PolicyQuestion["attributes"] = {},
): PolicyAnswer {
  const actions: readonly Operation["action"][] = action === "subscribe" ? ["read", action] : [action];
  const forms = primitive === "resource" ? uriForms(name) : [name];
  const answers = actions.flatMap((asked) =>
    forms.map((form) => askPolicy(policy, { caller, action: asked, [primitive]: form, attributes })),
  );
  return answers.find(({ allowed }) => !allowed) ?? (answers.at(-1) as PolicyAnswer);
}

/** The policy's answer; a policy that throws allows nothing. */
export function askPolicy(policy: Policy, question: PolicyQuestion): PolicyAnswer {
  try {
    const { allowed, policies, failed } = policy.decide(question);
    const names = Array.isArray(policies) ? policies.map(String) : [];
    return { allowed: allowed === true && !failed, policies: names, ...(failed && { failed: true }) };
  } catch {
    // The error is not recorded: its text may hold an argument of the call.
    return { allowed: false, policies: [], failed: true };
  }
}

/** The use that shows a thing in its list. */
const USE: Readonly<Record<Primitive, Operation["action"]>> = {
  tool: "call",
  prompt: "get",
  resource: "read",
  resourceTemplate: "read",
};

/** Whether a caller may know of a thing: who may use it without arguments, or see it in the list. */
export function isListed(policy: Policy, caller: Caller, primitive: Primitive, name: string): boolean {
  const may = (action: PolicyQuestion["action"]): boolean =>
    askPolicy(policy, { caller, action, [primitive]: name, attributes: {} }).allowed;
  return may(USE[primitive]) || may("list");
}

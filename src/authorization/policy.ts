import type { Caller } from "../auth/caller.ts";

/** The question to a policy: may this caller do this with this tool? */
export interface PolicyQuestion {
  readonly caller: Caller;
  /** To call the tool, or to see it in the list of tools. */
  readonly action: "call" | "list";
  /** Name of the tool, as the caller gave it: there may be none. */
  readonly tool: string;
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

/** Decides about each call of a tool. Where there is one, what it does not allow is refused. */
export interface ToolPolicy {
  decide(question: PolicyQuestion): PolicyAnswer;
}

/** The policy's answer; a policy that throws allows nothing. */
export function askPolicy(policy: ToolPolicy, question: PolicyQuestion): PolicyAnswer {
  try {
    const { allowed, policies = [], failed } = policy.decide(question);
    return { allowed: allowed === true && !failed, policies, ...(failed && { failed }) };
  } catch {
    // What it says may hold an argument.
    return { allowed: false, policies: [], failed: true };
  }
}

/** Whether a caller may know of a tool: who may call it without arguments, or see it in the list. */
export function isListed(policy: ToolPolicy, caller: Caller, tool: string): boolean {
  const may = (action: PolicyQuestion["action"]): boolean =>
    askPolicy(policy, { caller, action, tool, attributes: {} }).allowed;
  return may("call") || may("list");
}

import { AnycloudError } from "../errors.ts";
import type { Policy } from "./policy.ts";
import type { ToolRulesByName } from "./tool-rules.ts";

export interface DeclaredRules {
  readonly rules: ToolRulesByName;
  readonly policy?: Policy | undefined;
  /** Whether callers come with scopes. */
  readonly hasScopes: boolean;
  /** Counts calls of tools. Absent where there is no store. */
  readonly takeTool?: unknown;
}

/** Checks that rules can apply on this endpoint. Throws SERVER_INVALID or CONFIG_INVALID. */
export function checkRules({ rules, policy, hasScopes, takeTool }: DeclaredRules): void {
  for (const [tool, { scopes = [], policyAttributes = [], rateLimit }] of rules) {
    if (policyAttributes.length > 0 && !policy) {
      const message = `The tool ${tool} has policyAttributes, and the server has no policy that could look at them.`;
      throw new AnycloudError("SERVER_INVALID", message);
    }
    if (rateLimit && !takeTool) {
      const message = `The tool ${tool} has a rateLimit, which is counted in the store: set MCP_ANYCLOUD_TABLE.`;
      throw new AnycloudError("CONFIG_INVALID", message);
    }
    if (scopes.length > 0 && !hasScopes) {
      const message = `The tool ${tool} asks for scopes, which only tokens have: set MCP_ANYCLOUD_TOKEN_ISSUERS, or give the server a verifier.`;
      throw new AnycloudError("CONFIG_INVALID", message);
    }
  }
}

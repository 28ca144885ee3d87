import { type Audit, type AuditSink, createAudit, writeAuditLine } from "../audit/audit-log.ts";
import type { AuthorizationConfig } from "../config/authorization-settings.ts";
import { type AuthorizationOptions, type Authorize, createAuthorization } from "./authorize.ts";
import type { DeclaredRules } from "./check-rules.ts";

/** Properties of the endpoint's authentication. */
export interface KnownCallers
  extends Pick<AuthorizationOptions, "challenges" | "hasCallers" | "hasScopes" | "takeTool"> {}

/** Decides about calls, and records the decisions. */
export interface Authorization {
  /** Absent where there is nothing to decide. */
  readonly authorize: Authorize | undefined;
  /** Absent where nothing is recorded. */
  readonly audit: Audit | undefined;
}

/** The authorization that a server declares. Throws SERVER_INVALID or CONFIG_INVALID for rules that cannot apply. */
export function createServerAuthorization(
  { tools, policy, audit: sink }: Pick<DeclaredRules, "tools" | "policy"> & { readonly audit?: AuditSink },
  config: AuthorizationConfig & Pick<AuthorizationOptions, "requiredScopes">,
  callers: KnownCallers,
): Authorization {
  const isWanted = callers.hasCallers || policy !== undefined || sink !== undefined;
  const isAudited = config.audit === undefined ? isWanted : config.audit === "on";
  const audit = isAudited ? createAudit(sink ?? writeAuditLine) : undefined;
  const { maxOutputBytes, requiredScopes } = config;
  return {
    audit,
    authorize: createAuthorization({ ...callers, tools, policy, audit, maxOutputBytes, requiredScopes }),
  };
}

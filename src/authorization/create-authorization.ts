import { type Audit, createAudit, writeAuditLine } from "../audit/audit-log.ts";
import type { AuthorizationConfig } from "../config/authorization-settings.ts";
import type { ServerDefinition } from "../define-server.ts";
import { type AuthorizationOptions, type Authorize, createAuthorization } from "./authorize.ts";

/** What the endpoint knows of its callers. */
export interface KnownCallers extends Pick<AuthorizationOptions, "challenges" | "hasScopes" | "takeTool"> {
  /** Whether callers are told apart. */
  readonly hasCallers: boolean;
}

/** What decides about calls, and what keeps a record of it. */
export interface Authorization {
  readonly authorize: Authorize;
  /** Absent where nothing is recorded. */
  readonly audit: Audit | undefined;
}

/** The authorization that a server declares. Throws SERVER_INVALID or CONFIG_INVALID for rules that cannot hold. */
export function createServerAuthorization(
  { tools, policy, audit: sink }: Partial<ServerDefinition>,
  config: AuthorizationConfig & Pick<AuthorizationOptions, "requiredScopes">,
  { hasCallers, ...callers }: KnownCallers,
): Authorization {
  const isWanted = hasCallers || policy !== undefined || sink !== undefined;
  const isAudited = config.audit === undefined ? isWanted : config.audit === "on";
  const audit = isAudited ? createAudit(sink ?? writeAuditLine) : undefined;
  const { maxOutputBytes, requiredScopes } = config;
  return {
    audit,
    authorize: createAuthorization({ ...callers, tools, policy, audit, maxOutputBytes, requiredScopes }),
  };
}

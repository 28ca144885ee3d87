import { type Audit, createAudit, writeAuditLine } from "../audit/audit-log.ts";
import type { AuditSink } from "../audit/audit-record.ts";
import type { AuthorizationConfig } from "../config/authorization-settings.ts";
import type { StateKeySource } from "../config/key-ring.ts";
import { AnycloudError } from "../errors.ts";
import type { MayHear } from "../services/change-events.ts";
import { type Authorize, type AuthorizeOptions, createAuthorize } from "./authorize.ts";
import type { DeclaredRules } from "./check-rules.ts";
import { decideUse, type EnforcedPolicy } from "./policy.ts";

/** The callers of an endpoint, as far as it knows them. */
export interface EndpointCallers
  extends Pick<AuthorizeOptions, "challenges" | "hasCallers" | "hasScopes" | "takeTool"> {
  /** Keys that sign the audit log. */
  readonly stateKeys?: StateKeySource | undefined;
}

/** Decides about calls, and records the decisions. */
export interface Authorization {
  /** Absent where there is nothing to decide. */
  readonly authorize: Authorize | undefined;
  /** Absent where nothing is recorded. */
  readonly audit: Audit | undefined;
  /** The policy of the server, as it is enforced. Absent where it has none. */
  readonly policy: EnforcedPolicy | undefined;
  /** Whether the policy lets a caller learn of changes to a resource. Absent where it keeps nobody from it. */
  readonly mayHear: MayHear | undefined;
}

/** The authorization that a server declares. Throws SERVER_INVALID or CONFIG_INVALID for rules that cannot apply. */
export function createServerAuthorization(
  { rules, policy: declared, audit: sink }: Pick<DeclaredRules, "rules" | "policy"> & { readonly audit?: AuditSink },
  config: AuthorizationConfig & Pick<AuthorizeOptions, "requiredScopes">,
  callers: EndpointCallers,
): Authorization {
  const isWanted = callers.hasCallers || declared !== undefined || sink !== undefined;
  const isAudited = config.audit === undefined ? isWanted : config.audit === "on";
  const audit = isAudited ? createAudit(sink ?? writeAuditLine, callers.stateKeys) : undefined;
  const { maxOutputBytes, requiredScopes, policyMode: mode } = config;
  if (mode === "log" && !(declared && audit)) {
    const missing = declared ? "the audit log is off" : "the server has no policy";
    throw new AnycloudError(
      "CONFIG_INVALID",
      `MCP_ANYCLOUD_POLICY_MODE is log, and ${missing}: nothing would be logged.`,
    );
  }
  const policy = declared && { decide: declared.decide.bind(declared), mode };
  return {
    audit,
    policy,
    authorize: createAuthorize({ ...callers, rules, policy, audit, maxOutputBytes, requiredScopes }),
    mayHear:
      policy?.mode === "enforce"
        ? (caller, name) => decideUse(policy, caller, { action: "subscribe", primitive: "resource", name }).allowed
        : undefined,
  };
}

import type { CedarValueJson, EntityJson, TypeAndId } from "@cedar-policy/cedar-wasm/nodejs";
import type { Caller } from "../auth/caller.ts";
import type { PolicyQuestion } from "./policy.ts";

/** Mcp::Principal::"<issuer>|<subject>"; without a `|` for callers who were not asked who they are. */
export function principalUid({ principal, issuer, subject, clientId }: Caller): TypeAndId {
  const isAnybody = issuer === undefined && subject === undefined && clientId === undefined;
  return { type: "Mcp::Principal", id: isAnybody ? principal : `${issuer ?? ""}|${subject ?? ""}` };
}

/** The thing that a question is about: Mcp::Tool::"<name>" and the like. */
export function resourceUid({ tool, prompt, resource, resourceTemplate }: PolicyQuestion): TypeAndId {
  if (tool !== undefined) return { type: "Mcp::Tool", id: tool };
  if (prompt !== undefined) return { type: "Mcp::Prompt", id: prompt };
  if (resource !== undefined) return { type: "Mcp::Resource", id: resource };
  return { type: "Mcp::ResourceTemplate", id: resourceTemplate ?? "" };
}

/** The verified facts of a caller as attributes, with a set where there can be several values. */
export function principalAttributes({ issuer, subject, clientId, scopes, claims }: Caller): EntityJson["attrs"] {
  const realm = claims.realm_access as { readonly roles?: unknown } | undefined;
  return {
    ...(issuer !== undefined && { issuer }),
    ...(subject !== undefined && { subject }),
    ...(clientId !== undefined && { clientId }),
    scopes: [...scopes],
    // Most issuers have `groups`; one of them prefixes the claim with the name of its product.
    groups: [...textsIn(claims.groups), ...textsIn(claims["cognito:groups"])],
    // Most issuers have `roles`; some have it one level deeper.
    roles: [...textsIn(claims.roles), ...textsIn(realm?.roles)],
  };
}

const textsIn = (claim: unknown): string[] =>
  Array.isArray(claim) ? claim.filter((item) => typeof item === "string") : typeof claim === "string" ? [claim] : [];

/** Keys by which Cedar's JSON says that a value is something else: an entity, or a call of a function. */
const ESCAPES = new Set(["__entity", "__extn", "__expr"]);

/** An argument as a value of Cedar's; undefined for what Cedar has no value for, such as null and fractions. */
export function cedarValueOf(value: unknown): CedarValueJson | undefined {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) {
    const items = value.map(cedarValueOf);
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  const fields: Array<[string, CedarValueJson]> = [];
  for (const [name, field] of Object.entries(value)) {
    const converted = ESCAPES.has(name) ? undefined : cedarValueOf(field);
    if (converted === undefined) return undefined;
    fields.push([name, converted]);
  }
  return Object.fromEntries(fields);
}

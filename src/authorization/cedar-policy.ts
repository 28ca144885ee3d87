import type { DetailedError, EntityJson, TypeAndId } from "@cedar-policy/cedar-wasm/nodejs";
import { AnycloudError } from "../errors.ts";
import { loadCedar } from "./cedar-module.ts";
import { cedarValueOf, principalAttributes, principalUid, resourceUid } from "./cedar-request.ts";
import type { Policy, PolicyAnswer, PolicyQuestion } from "./policy.ts";

export interface PolicyOptions {
  /** Policies in Cedar's language. What none of them permits, or one of them forbids, is refused. */
  readonly policies: string;
  /** Their schema, in Cedar's language; policies and requests are then held against it. Default: none. */
  readonly schema?: string;
  /** Entities that policies refer to, in Cedar's JSON: groups of tools or of principals, for example. Default: none. */
  readonly entities?: readonly EntityJson[];
}

type Cedar = ReturnType<typeof loadCedar>;

let made = 0;

/**
 * A policy in Cedar, for `defineServer({ createServer, policy: cedarPolicy({ policies }) })`. It decides on
 * `Mcp::Principal::"<issuer>|<subject>"` (with `issuer`, `subject`, `clientId`, `scopes`, `groups` and `roles`),
 * `Mcp::Action::"call"` and the like, `Mcp::Tool::"<name>"`, `Mcp::Prompt::"<name>"`, `Mcp::Resource::"<uri>"` and
 * `Mcp::ResourceTemplate::"<template>"` (both with `uri`), and on the arguments that the tool's `policyAttributes` name as
 * `context`. Throws SERVER_INVALID at once for what does not parse or does not fit the schema.
 */
export function cedarPolicy({ policies: text, schema, entities = [] }: PolicyOptions): Policy {
  const cedar = loadCedar();
  made += 1;
  const preparsedPolicySetId = `policies ${made}`;
  const preparsedSchemaName = `schema ${made}`;
  const policies = namedPolicies(cedar, text);
  check("The schema of the policy is not valid", schema && cedar.preparseSchema(preparsedSchemaName, schema), schema);
  check("The policy is not valid", cedar.preparsePolicySet(preparsedPolicySetId, { staticPolicies: policies }), text);
  if (schema !== undefined) validate(cedar, policies, schema);
  check(
    "The entities of the policy are not valid",
    cedar.checkParseEntities({ entities: [...entities], ...(schema && { schema }) }),
  );
  const withSchema = schema === undefined ? {} : { preparsedSchemaName, validateRequest: true };

  return {
    decide(question) {
      const context = contextOf(question);
      if (!context) return FAILED;
      const principal = principalUid(question.caller);
      const resource = resourceUid(question);
      const answer = cedar.statefulIsAuthorized({
        principal,
        action: { type: "Mcp::Action", id: question.action },
        resource,
        context,
        preparsedPolicySetId,
        ...withSchema,
        entities: withEntity(withUri(entities, resource), principal, principalAttributes(question.caller)),
      });
      // Its errors quote the request.
      if (answer.type === "failure") return FAILED;
      const { decision, diagnostics } = answer.response;
      // Cedar leaves out a policy that fails. A prohibition must not go away with an argument that it does not expect.
      const failing = diagnostics.errors.map(({ policyId }) => policyId);
      if (failing.length > 0) return { allowed: false, policies: failing, failed: true };
      return { allowed: decision === "allow", policies: diagnostics.reason };
    },
  };
}

const FAILED: PolicyAnswer = { allowed: false, policies: [], failed: true };

function contextOf({ attributes }: PolicyQuestion): Parameters<Cedar["isAuthorized"]>[0]["context"] | undefined {
  const context = cedarValueOf(attributes);
  return typeof context === "object" && context !== null ? (context as Record<string, never>) : undefined;
}

/** Policies by name: their own (`@id("…")`), else `policy` and their place in the text, from 0. */
function namedPolicies(cedar: Cedar, text: string): Record<string, string> {
  if (typeof text !== "string" || text.trim() === "") {
    throw new AnycloudError("SERVER_INVALID", "The policy is empty, and would refuse every call: give its text.");
  }
  const parts = cedar.policySetTextToParts(text);
  if (parts.type === "failure") throw invalid("The policy is not valid", parts.errors, text);
  if (parts.policy_templates.length > 0) {
    throw new AnycloudError("SERVER_INVALID", "The policy has templates (?principal, ?resource): write them out.");
  }
  // Cedar lists them by its own names, in the order of the letters.
  const places = parts.policies.map((_policy, place) => `policy${place}`).sort();
  const named = new Map<string, string>();
  for (const [index, policy] of parts.policies.entries()) {
    const json = cedar.policyToJson(policy);
    const own = json.type === "success" ? json.json.annotations?.id : undefined;
    const name = own ?? places[index] ?? "";
    if (named.has(name)) throw new AnycloudError("SERVER_INVALID", `Two policies are called ${name}: name them apart.`);
    named.set(name, policy);
  }
  return Object.fromEntries(named);
}

function validate(cedar: Cedar, staticPolicies: Record<string, string>, schema: string): void {
  const answer = cedar.validate({ schema, policies: { staticPolicies } });
  if (answer.type === "failure") throw invalid("The policy cannot be held against its schema", answer.errors);
  const [first] = answer.validationErrors;
  if (first) throw invalid("The policy does not fit its schema", [first.error]);
}

type Checked = { readonly type: "success" } | { readonly type: "failure"; readonly errors: DetailedError[] };

function check(what: string, answer: Checked | "" | undefined, text?: string): void {
  if (answer && answer.type === "failure") throw invalid(what, answer.errors, text);
}

function invalid(what: string, [first]: readonly DetailedError[], text?: string): AnycloudError {
  const at = first?.sourceLocations?.[0];
  const line = text !== undefined && at ? ` in line ${lineOf(text, at.start)}` : "";
  const wanted = at?.label ? `, ${at.label}` : "";
  return new AnycloudError("SERVER_INVALID", `${what}${line}: ${first?.message ?? "no reason given"}${wanted}.`);
}

/** Cedar counts in bytes. */
const lineOf = (text: string, byte: number): number =>
  Buffer.from(text).subarray(0, byte).toString().split("\n").length;

/** The entities, and among them a resource with its URI, for conditions on parts of it. */
function withUri(entities: readonly EntityJson[], uid: TypeAndId): readonly EntityJson[] {
  return uid.type.startsWith("Mcp::Resource") ? withEntity(entities, uid, { uri: uid.id }) : entities;
}

/** The entities, and among them this one; where it is there already it keeps its parents, and gets these attributes. */
function withEntity(entities: readonly EntityJson[], uid: TypeAndId, attrs: EntityJson["attrs"]): EntityJson[] {
  const known = entities.find((entity) => isSame(entity.uid, uid));
  if (!known) return [...entities, { uid, attrs, parents: [] }];
  return entities.map((entity) => (entity === known ? { ...known, attrs: { ...known.attrs, ...attrs } } : entity));
}

function isSame(uid: EntityJson["uid"], { type, id }: TypeAndId): boolean {
  const own = "__entity" in uid ? uid.__entity : uid;
  return own.type === type && own.id === id;
}

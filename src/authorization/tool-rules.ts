import { AnycloudError } from "../errors.ts";

/** The rules of one tool, beside its schema: part of `defineServer({ createServer, tools: { name: rules } })`. */
export interface ToolRules {
  /** Scopes that a caller's token must hold to call the tool, all of them, beside those that the endpoint asks for. */
  readonly scopes?: readonly string[];
  /** Arguments that a policy may look at. A call with others is decided without them. */
  readonly policyAttributes?: readonly string[];
  /** Arguments whose values may stand in the audit log. All others are redacted. */
  readonly auditFields?: readonly string[];
  /** How often one caller may call the tool. */
  readonly rateLimit?: ToolRateLimit;
}

interface ToolRateLimit {
  /** Calls of one caller in a window. */
  readonly limit: number;
  /** Length of a window, in whole seconds. */
  readonly windowSeconds: number;
}

/** Rules by the name of their tool. */
export type ToolRulesByName = ReadonlyMap<string, ToolRules>;

const isName = (value: unknown): boolean => typeof value === "string" && value !== "";
/** A scope-token (RFC 6749 §3.3). */
const isScope = (value: unknown): boolean => typeof value === "string" && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value);
const listOf =
  (isItem: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(isItem);
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;

/** The check of each rule, with the words of its error. */
const RULES: Readonly<
  Record<keyof ToolRules, { readonly accepts: (value: unknown) => boolean; readonly must: string }>
> = {
  scopes: { accepts: listOf(isScope), must: "a list of OAuth scopes" },
  policyAttributes: { accepts: listOf(isName), must: "a list of names of arguments" },
  auditFields: { accepts: listOf(isName), must: "a list of names of arguments" },
  rateLimit: { accepts: isRateLimit, must: "{ limit, windowSeconds } in whole numbers from 1 on" },
};

function isRateLimit(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { limit, windowSeconds, ...rest } = value as Record<string, unknown>;
  return isCount(limit) && isCount(windowSeconds) && Object.keys(rest).length === 0;
}

/**
 * The rules of a server, checked, so that a misspelt one is not silently none. Throws SERVER_INVALID.
 */
export function toolRulesOf(tools: unknown): ToolRulesByName {
  if (tools === undefined) return new Map();
  if (typeof tools !== "object" || tools === null || Array.isArray(tools)) {
    throw new AnycloudError("SERVER_INVALID", "The server's tools must be an object: { name: { scopes: […] } }.");
  }
  const problems = Object.entries(tools).flatMap(([tool, rules]) =>
    problemsOf(rules).map((text) => `${tool}: ${text}`),
  );
  if (problems.length === 0) return new Map(Object.entries(tools));
  throw new AnycloudError("SERVER_INVALID", `The server's tools are not valid: ${problems.join("; ")}.`);
}

function problemsOf(rules: unknown): string[] {
  if (typeof rules !== "object" || rules === null) return ["the rules of a tool are an object"];
  return Object.entries(rules).flatMap(([name, value]) => {
    if (!Object.hasOwn(RULES, name)) return [`${name} is not a rule (there are ${Object.keys(RULES).join(", ")})`];
    const { accepts, must } = RULES[name as keyof ToolRules];
    return value === undefined || accepts(value) ? [] : [`${name} must be ${must}`];
  });
}

import type { Principal } from "../auth/principal.ts";
import type { RequestContext } from "../auth/request-context.ts";
import type { RateRule } from "../config/limit-settings.ts";
import { AnycloudError } from "../errors.ts";
import type { HttpResponse, Invocation } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../http/json-rpc.ts";
import { type ClosedBuckets, createRateLimiter, type RateLimit } from "../services/rate-limiter.ts";
import type { ObservedStore } from "../store/observed-store.ts";
import { untilDeadline } from "../store/until-deadline.ts";
import { addressGroup } from "./address-group.ts";
import { limitOwner } from "./limit-owner.ts";

/**
 * Takes requests out of what their senders may still send: undefined, or the refusal with its `Retry-After`. Throws
 * STORE_UNAVAILABLE while it cannot be counted, and costs nothing for who is known to be over.
 */
export interface RateLimits {
  /** Before it is known who asks, so that guesses at tokens count, too. */
  takeAddress(invocation: Invocation): Promise<HttpResponse | undefined>;
  takePrincipal(context: RequestContext): Promise<HttpResponse | undefined>;
  /** A call that is otherwise allowed. Absent where no tool has a limit. */
  readonly takeTool: ((context: RequestContext, tool: string) => Promise<HttpResponse | undefined>) | undefined;
}

export interface RateLimitsOptions {
  readonly rateLimits?: readonly RateRule[] | undefined;
  /** Limits that the server declares for its tools. They apply where `rateLimits` has none for the tool. */
  readonly toolLimits: ReadonlyMap<string, Limit>;
  /** The store that all instances share, where there is one. */
  readonly store: ObservedStore | undefined;
  /** Unix time in milliseconds. Default: the clock's. */
  readonly now?: () => number;
}

type Limit = Pick<RateLimit, "limit" | "windowSeconds">;

/** Undefined, or the refusal of one session too many. Throws STORE_UNAVAILABLE. */
export type SessionLimit = (
  context: Pick<RequestContext, "caller" | "principal" | "invocation">,
) => Promise<HttpResponse | undefined>;

/** A whole office whose clients all start at once opens fewer. */
const SESSIONS_OF_ONE: Limit = { limit: 500, windowSeconds: 300 };

/** Names that servers, whose buckets are in the same store, have no reason to use. */
const BUCKET = "mcp-anycloud";

/**
 * The limits that are configured; undefined where none is. Throws CONFIG_INVALID without a store: each instance would
 * count for itself, and the limit grow with their number.
 */
export function createRateLimits({
  rateLimits = [],
  toolLimits,
  store,
  now = Date.now,
}: RateLimitsOptions): RateLimits | undefined {
  const limits = limitsOf(rateLimits, toolLimits);
  if (limits.size === 0) return undefined;
  if (!store) {
    const message = "Rate limits are counted in the store that all instances share: set MCP_ANYCLOUD_TABLE.";
    throw new AnycloudError("CONFIG_INVALID", message);
  }
  const take = createTake(limits, { store, now });
  const hasToolLimit = [...limits.keys()].some((of) => of.startsWith("tool:"));
  return {
    takeAddress: (invocation) => take("address", { address: addressGroup(invocation.clientIp) }, invocation),
    takePrincipal: ({ principal, invocation }) => take("principal", principal, invocation),
    takeTool: hasToolLimit
      ? ({ principal, invocation }, tool) => take(`tool:${tool}`, principal, invocation)
      : undefined,
  };
}

/**
 * Limits how many sessions a caller opens, each of which is kept for days; of an address, where nobody is identified. Always
 * on, because an address that opens them by the thousand is no client.
 */
export function createSessionLimit({
  rateLimits = [],
  store,
}: Pick<RateLimitsOptions, "rateLimits"> & { readonly store: ObservedStore }): SessionLimit {
  const rule = rateLimits.find(({ of }) => of === "session");
  const take = createTake(new Map([["session", rule ?? SESSIONS_OF_ONE]]), { store, now: store.now });
  return (context) => {
    const [kind, name] = limitOwner(context);
    return take("session", kind === "caller" ? name : { address: name }, context.invocation);
  };
}

type Take = (
  of: RateRule["of"],
  who: Principal | { readonly address: string },
  invocation: Invocation,
) => Promise<HttpResponse | undefined>;

function createTake(
  limits: ReadonlyMap<RateRule["of"], Limit>,
  { store, now }: { readonly store: ObservedStore; readonly now: () => number },
): Take {
  const closed: ClosedBuckets = new Map();
  return async (of, who, { deadline }) => {
    const limit = limits.get(of);
    if (!limit) return undefined;
    const isAddress = typeof who === "object";
    const limiter = createRateLimiter({ store, principal: isAddress ? "" : who, now }, closed);
    const taking = isAddress
      ? limiter.take(`${BUCKET} ${of} ${who.address}`, { ...limit, per: "everybody" })
      : limiter.take(`${BUCKET} ${of}`, limit);
    const { allowed, retryAfterSeconds } = await untilDeadline(taking, deadline);
    return allowed ? undefined : tooMany(of, retryAfterSeconds);
  };
}

function limitsOf(
  rateLimits: readonly RateRule[],
  toolLimits: RateLimitsOptions["toolLimits"],
): Map<RateRule["of"], Limit> {
  const limits = new Map<RateRule["of"], Limit>();
  for (const [tool, limit] of toolLimits) limits.set(`tool:${tool}`, limit);
  for (const rule of rateLimits) checkRule(rule);
  // Rules of the configuration win over those of the tools: the operator knows what this deployment can bear.
  for (const { of, limit, windowSeconds } of rateLimits) limits.set(of, { limit, windowSeconds });
  return limits;
}

/** Options are as wrong as the environment can be, and nobody else has read them. */
function checkRule({ of, limit, windowSeconds }: RateRule): void {
  if ([limit, windowSeconds].every((count) => Number.isSafeInteger(count) && count >= 1)) return;
  throw new AnycloudError("CONFIG_INVALID", `The rate limit of ${of} must be in whole numbers from 1 on.`);
}

/** RFC 6585 §4. */
function tooMany(of: RateRule["of"], retryAfterSeconds: number): HttpResponse {
  const what = of.startsWith("tool:") ? "calls of this tool" : of === "session" ? "new sessions" : "requests";
  const message = `Too many ${what}: try again in ${retryAfterSeconds} s.`;
  const failure = { code: JsonRpcCode.HTTP_ERROR, message };
  return errorResponse(429, failure, { "retry-after": String(retryAfterSeconds) });
}

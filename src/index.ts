export { CONFIG_VARIABLES, type Config, readConfig } from "./config.ts";
export { createMcpEndpoint, type McpEndpointOptions } from "./endpoint.ts";
export { AnycloudError, type ErrorCode } from "./errors.ts";
export { type Fetch, toFetch } from "./fetch.ts";
export type { Adapter, HttpHandler, HttpRequest, HttpResponse, Invocation, PlatformIdentity } from "./handler.ts";
export { LightSignal, type Occasion } from "./light-signal.ts";
export type { LogSink, RequestRecord } from "./log.ts";
export type { MintOptions, RequestState } from "./modern/request-state.ts";
export { monotonicMs } from "./monotonic-ms.ts";
export { neverThrows } from "./never-throws.ts";
export type { PlatformIdentityKind } from "./security/access/access-settings.ts";
export type { Caller } from "./security/access/caller.ts";
export type { ClaimValue, TokenIssuer } from "./security/access/token-issuer.ts";
export type { AuditRecord, AuditSink } from "./security/audit/audit.ts";
export type { PolicyAnswer, PolicyQuestion, ToolPolicy } from "./security/authorization/policy.ts";
export type { ToolRateLimit, ToolRules } from "./security/authorization/tool-rules.ts";
export type { RateRule } from "./security/limits/limit-settings.ts";
export {
  defineServer,
  type FactoryContext,
  type SdkV1Server,
  type ServerDefinition,
  type ServerFactory,
} from "./server.ts";
export type { Services } from "./services.ts";
export { stateConflict } from "./state/conflict.ts";
export type { Handles, Life } from "./state/handles.ts";
export { createMemoryStore } from "./state/memory-store.ts";
export type { Once } from "./state/once.ts";
export type { RateLimit, RateLimiter, Taken } from "./state/rate-limiter.ts";
export { compareSortKeys } from "./state/sort-order.ts";
export {
  isConflict,
  MAX_VALUE_BYTES,
  type StateCondition,
  type StateItem,
  type StateKey,
  type StateRange,
  type StateStore,
  type StateWrite,
} from "./state/store.ts";
export { checkExpiry, checkKey, checkPartition, checkWrite } from "./state/write-limits.ts";
export {
  KEY_RING_FORM,
  type LoadStateKeys,
  readStateKeys,
  type StateKeyEntry,
  type StateKeySource,
} from "./state-keys.ts";
export { warmUp } from "./warm-up.ts";

export { CONFIG_VARIABLES, type Config, readConfig } from "./config/config.ts";
export { createMcpEndpoint, type McpEndpointOptions } from "./endpoint.ts";
export { AnycloudError, type ErrorCode } from "./errors.ts";
export { type Fetch, toFetch } from "./http/web-fetch.ts";
export type { Adapter, HttpHandler, HttpRequest, HttpResponse, Invocation, PlatformIdentity } from "./http/http-handler.ts";
export { LightSignal, type Occasion } from "./http/light-signal.ts";
export type { LogSink, RequestRecord } from "./http/request-log.ts";
export type { MintOptions, RequestState } from "./services/request-state.ts";
export { monotonicMs } from "./clock.ts";
export { neverThrows } from "./http/catch-errors.ts";
export type { PlatformIdentityKind } from "./config/auth-settings.ts";
export type { Caller } from "./auth/caller.ts";
export type { ClaimValue, TokenIssuer } from "./config/token-issuer.ts";
export type { AuditRecord, AuditSink } from "./audit/audit-log.ts";
export type { PolicyAnswer, PolicyQuestion, ToolPolicy } from "./authorization/policy.ts";
export type { ToolRateLimit, ToolRules } from "./authorization/tool-rules.ts";
export type { RateRule } from "./config/limit-settings.ts";
export {
  defineServer,
  type FactoryContext,
  type SdkV1Server,
  type ServerDefinition,
  type ServerFactory,
} from "./define-server.ts";
export type { Services } from "./services/services.ts";
export { stateConflict } from "./store/conflict.ts";
export type { Handles, Life } from "./services/handles.ts";
export { createMemoryStore } from "./store/memory-store.ts";
export type { Once } from "./services/once.ts";
export type { RateLimit, RateLimiter, Taken } from "./services/rate-limiter.ts";
export { compareSortKeys } from "./store/sort-order.ts";
export {
  isConflict,
  MAX_VALUE_BYTES,
  type StateCondition,
  type StateItem,
  type StateKey,
  type StateRange,
  type StateStore,
  type StateWrite,
} from "./store/store.ts";
export { checkExpiry, checkKey, checkPartition, checkWrite } from "./store/write-limits.ts";
export {
  KEY_RING_FORM,
  type LoadStateKeys,
  readStateKeys,
  type StateKeyEntry,
  type StateKeySource,
} from "./config/key-ring.ts";
export { warmUp } from "./warm-up.ts";

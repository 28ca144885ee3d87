/** The entry point for code that connects the core to a platform: adapters, stores, emulators and the command line. */
export { type LogReport, verifyAuditLog } from "./audit/verify-log.ts";
export { createTokenCheck } from "./auth/jwt/token-check.ts";
export type { PlatformIdentityProvider, ReadPlatformIdentity } from "./auth/platform-identity.ts";
export { monotonicMs } from "./clock.ts";
export { CONFIG_SETTINGS, type Config } from "./config/config.ts";
export {
  KEY_RING_FORM,
  type LoadStateKeys,
  readStateKeys,
  type StateKeyEntry,
  type StateKeySource,
} from "./config/key-ring.ts";
export type { RateRule } from "./config/limit-settings.ts";
export { readConfig } from "./config/read-config.ts";
export type { Settings } from "./config/setting.ts";
export type { ClaimValue, TokenIssuer } from "./config/token-issuer.ts";
export { textLike, wholeNumber } from "./config/value-type.ts";
export { AnycloudError, type ErrorCode } from "./errors.ts";
export { catchErrors } from "./http/catch-errors.ts";
export type {
  Adapter,
  HttpHandler,
  HttpRequest,
  HttpResponse,
  Invocation,
  PlatformIdentity,
} from "./http/http-handler.ts";
export type { CorrelationFields, RequestRecord } from "./http/record/request-record.ts";
export type { LogSink } from "./http/request-log.ts";
export { containUnhandledRejections, logUnhandled } from "./http/unhandled-rejections.ts";
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
export { logMisconfiguration, logStoreFailure, stateConflict } from "./store/store-errors.ts";
export { createWatchers } from "./store/watchers.ts";
export { checkExpiry, checkKey, checkPartition, checkWrite } from "./store/write-limits.ts";
export type { Job, WorkQueue } from "./tasks/jobs/work-queue.ts";
export { warmUp } from "./warm-up.ts";

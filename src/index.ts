/** The entry point for people who write servers. Adapters, stores and emulators use `adapter.ts`. */
export type { AuditRecord, AuditSink } from "./audit/audit-record.ts";
export type { Caller } from "./auth/caller.ts";
export type { Policy, PolicyAnswer, PolicyQuestion } from "./authorization/policy.ts";
export type { ToolRules } from "./authorization/tool-rules.ts";
export { defineServer, type ServerDefinition } from "./define-server.ts";
export { createMcpEndpoint, type McpEndpointOptions } from "./endpoint.ts";
export { AnycloudError, type ErrorCode } from "./errors.ts";
export { type Fetch, toFetch } from "./http/web-fetch.ts";
export type { FactoryContext, ServerFactory } from "./server/server-factory.ts";
export type { Services } from "./services/services.ts";
export { createMemoryStore } from "./store/memory-store.ts";

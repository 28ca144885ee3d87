export { AnycloudError, type ErrorCode } from "./errors.ts";
export type { Adapter, HttpHandler, HttpRequest, HttpResponse, Invocation } from "./handler.ts";
export { neverThrows } from "./never-throws.ts";

import type { Authentication } from "../auth/authenticate.ts";
import type { UnauthenticatedRequest } from "../auth/request-context.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import { jsonResponse } from "../http/json-rpc.ts";
import type { RateLimits } from "../limits/rate.ts";

/** Tells operators how the parts of a server do: a word for each, by its name. Must be quick, and ask nobody. */
export type Health = () => Readonly<Record<string, string>>;

interface HealthOptions {
  readonly health: Health | undefined;
  readonly authentication: Authentication;
  readonly rates: RateLimits | undefined;
}

/** Answered without the server, for load balancers and uptime checks. */
export const HEALTH_PATH = "/health";

/**
 * The response to `GET /health`. With `?detail`, the parts of the server are told, in the view of this instance: to callers alone
 * where the endpoint authenticates.
 */
export async function healthResponse(
  { health, authentication, rates }: HealthOptions,
  { request, invocation }: UnauthenticatedRequest,
): Promise<HttpResponse> {
  if (!health || !/[?&]detail(?:[=&]|$)/.test(request.url)) return jsonResponse(200, '{"status":"ok"}');
  if (authentication.authenticate) {
    const limited = await rates?.takeAddress(invocation);
    if (limited) return limited;
    const result = await authentication.authenticate(request, invocation);
    if ("refused" in result) return result.refused;
  }
  return jsonResponse(200, JSON.stringify({ status: "ok", sources: health() }));
}

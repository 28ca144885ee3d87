import type { LimitConfig } from "../config/limit-settings.ts";
import type { HttpRequest, HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../http/json-rpc.ts";

/**
 * The refusal of a request whose headers are too large (RFC 6585 §5), or undefined. Ingresses have limits of their own,
 * from 10 KiB up to none that is documented; behind all of them there is at least this one.
 */
export function headerProblem(
  { headers }: HttpRequest,
  { maxHeaderBytes }: Pick<LimitConfig, "maxHeaderBytes">,
): HttpResponse | undefined {
  // A character has three bytes at most; who comes near the limit is counted exactly.
  let most = 0;
  for (const name in headers) most += name.length + 3 * (headers[name]?.length ?? 0);
  if (most <= maxHeaderBytes || bytesOf(headers) <= maxHeaderBytes) return undefined;
  const message = `The headers are too large: ${maxHeaderBytes} bytes are the most that is accepted.`;
  return errorResponse(431, { code: JsonRpcCode.HTTP_ERROR, message });
}

const bytesOf = (headers: HttpRequest["headers"]): number =>
  Object.entries(headers).reduce((bytes, [name, value]) => bytes + name.length + Buffer.byteLength(value), 0);

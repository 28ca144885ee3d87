import type { HttpRequest, HttpResponse } from "../../handler.ts";
import { errorResponse, JsonRpcCode } from "../../json-rpc.ts";
import type { LimitConfig } from "./limit-settings.ts";

/**
 * The refusal of a request whose headers are too large (RFC 6585 §5), or undefined. Front doors have limits of their own,
 * from 10 KiB up to none that is documented; behind all of them there is at least this one.
 */
export function headerProblem(
  { headers }: HttpRequest,
  { maxHeaderBytes }: Pick<LimitConfig, "maxHeaderBytes">,
): HttpResponse | undefined {
  let bytes = 0;
  for (const name in headers) bytes += name.length + Buffer.byteLength(headers[name] ?? "");
  if (bytes <= maxHeaderBytes) return undefined;
  const message = `The headers are too large: ${maxHeaderBytes} bytes are the most that is accepted.`;
  return errorResponse(431, { code: JsonRpcCode.HTTP_ERROR, message });
}

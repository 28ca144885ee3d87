import type { HttpResponse } from "../http-handler.ts";
import { JsonRpcCode } from "../json-rpc.ts";
import type { RequestOutcome } from "./request-record.ts";

interface ResponseKind {
  readonly hasFailed: boolean;
  readonly isStream: boolean;
  readonly method: string;
}

/** Status of the response to a client that has left (the SDK's). */
export const CLIENT_LEFT = 499;

/** The outcome of a request that no server answered, by its response. */
export function outcomeOfResponse(
  { status, body }: HttpResponse,
  { hasFailed, isStream, method }: ResponseKind,
): { readonly outcome?: RequestOutcome; readonly errorCode?: number } {
  if (status < 400 && !hasFailed) return isStream && method === "POST" ? {} : { outcome: "ok" };
  if (status === CLIENT_LEFT) return { outcome: "cancelled" };
  const errorCode = hasFailed ? JsonRpcCode.INTERNAL_ERROR : errorCodeIn(body);
  if (errorCode === undefined) return { outcome: "refused" };
  return { outcome: errorCode === JsonRpcCode.HTTP_ERROR ? "refused" : "protocol_error", errorCode };
}

/** The code of the JSON-RPC error in a body; undefined where there is none, such as in what a server's own `fetch` wrote. */
export function errorCodeIn(body: HttpResponse["body"]): number | undefined {
  try {
    const code: unknown = JSON.parse(String(body)).error?.code;
    return typeof code === "number" ? code : undefined;
  } catch {
    return undefined;
  }
}

import type { HttpResponse } from "../http/http-handler.ts";
import { jsonResponse } from "../http/json-rpc.ts";
import { isEventStream, sseMessages } from "../http/sse.ts";

/**
 * The result of a stream as one JSON body, which has no place for the notifications before it. Not the SDK's own
 * `responseMode: "json"`, which prints a warning for each handler, here for each request.
 */
export async function withoutNotifications(response: HttpResponse): Promise<HttpResponse> {
  if (!isEventStream(response)) return response;
  let text = "";
  // Not `Array.fromAsync`: in V8 it never comes back, nor lets others run, when `next` and then `return` reject.
  for await (const chunk of response.body as AsyncIterable<string>) text += chunk;
  return jsonResponse(response.status, sseMessages(text).at(-1) ?? "");
}

import type { MessageExtraInfo } from "@modelcontextprotocol/server";
import type { RequestContext } from "../auth/request-context.ts";
import { absoluteUrl } from "../http/web-fetch.ts";

/** The HTTP request as handlers see it: `request` in SDK v2, `requestInfo` in SDK v1. */
export const handlerExtra = (
  { request, authInfo }: Pick<RequestContext, "request" | "authInfo">,
  webRequest: Request,
): MessageExtraInfo & { requestInfo: object } => ({
  request: webRequest,
  requestInfo: { headers: request.headers, url: new URL(absoluteUrl(request)) },
  ...(authInfo && { authInfo }),
});

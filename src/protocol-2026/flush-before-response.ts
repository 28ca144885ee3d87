import type { McpRequest } from "../auth/request-context.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import { isEventStream, sseMessages } from "../http/sse.ts";
import type { OpenServices } from "../services/services.ts";

export interface Settlement {
  readonly services: OpenServices;
  readonly mcpRequest: McpRequest;
}

/**
 * The answer, held back until every change that the server told of is where listeners will hear it: a client that knows
 * of a change by its answer finds the others know, too. Throws the failure of the store that a whole answer is only the
 * echo of, since the SDK makes a tool's result of what the tool throws.
 */
export async function flushBeforeResponse(
  answer: HttpResponse,
  { services, mcpRequest }: Settlement,
): Promise<HttpResponse> {
  if (!services.inUse) return answer;
  const settle = async (): Promise<void> => {
    await services.settled();
    if (services.failure) mcpRequest.failed(services.failure);
  };
  const { body } = answer;
  if (typeof body === "object") return { ...answer, body: heldBack(body, settle) };
  await settle();
  if (services.failure && body && isFailure(JSON.parse(body))) throw services.failure;
  return answer;
}

const isFailure = ({ error, result }: { error?: unknown; result?: { isError?: unknown } }): boolean =>
  error !== undefined || result?.isError === true;

/** Each chunk behind what was told before it. Like its source's, this iterator's `return` waits for no chunk. */
function heldBack(chunks: AsyncIterable<string>, settle: () => Promise<void>): AsyncIterable<string> {
  const source = chunks[Symbol.asyncIterator]();
  const iterator: AsyncIterableIterator<string> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      const next = await source.next();
      await settle();
      return next;
    },
    async return() {
      await source.return?.();
      return { done: true, value: undefined };
    },
  };
  return iterator;
}

/** The result of a stream alone: notifications on the way to it have no place in one JSON body. */
export async function wholeAnswer(response: HttpResponse): Promise<HttpResponse> {
  if (!isEventStream(response)) return response;
  const chunks = await Array.fromAsync(response.body as AsyncIterable<string>);
  const body = sseMessages(chunks.join("")).at(-1) ?? "";
  return { status: response.status, headers: { "content-type": "application/json" }, body };
}

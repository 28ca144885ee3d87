import type { HttpResponse } from "../http/http-handler.ts";
import type { McpRequest } from "../server/mcp-request.ts";
import type { OpenServices } from "../services/services.ts";

export interface FlushOptions {
  readonly services: OpenServices;
  readonly mcpRequest: McpRequest;
}

/**
 * Delays a response until every change that the server announced is in the store: a client that learns of a change by its
 * response finds that other clients learn of it, too. Throws the failure of the store that a whole response only repeats,
 * since the SDK makes a tool's result of an error that the tool throws.
 */
export async function flushBeforeResponse(
  response: HttpResponse,
  { services, mcpRequest }: FlushOptions,
): Promise<HttpResponse> {
  if (!services.inUse) return response;
  const flush = async (): Promise<void> => {
    await services.flush();
    if (services.failure) mcpRequest.reportFailure(services.failure);
  };
  const { body } = response;
  if (typeof body === "object") return { ...response, body: flushBeforeEach(body, flush) };
  await flush();
  if (services.failure && body && isFailure(JSON.parse(body))) throw services.failure;
  return response;
}

const isFailure = ({ error, result }: { error?: unknown; result?: { isError?: unknown } }): boolean =>
  error !== undefined || result?.isError === true;

/** Like its source's, this iterator's `return` does not wait for a chunk. */
function flushBeforeEach(chunks: AsyncIterable<string>, flush: () => Promise<void>): AsyncIterable<string> {
  const source = chunks[Symbol.asyncIterator]();
  const iterator: AsyncIterableIterator<string> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      const next = await source.next();
      await flush();
      return next;
    },
    async return() {
      await source.return?.();
      return { done: true, value: undefined };
    },
  };
  return iterator;
}

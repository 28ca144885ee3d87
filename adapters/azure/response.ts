import { HttpResponse as AzureResponse } from "@azure/functions";
import type { HttpResponse } from "../../src/adapter.ts";
import type { ProxiedConnection } from "./proxied-connection.ts";

/** The response in the library's form. Calls `onEnd` when its body has ended. Throws for a response that HTTP cannot carry. */
export function toResponse(
  { status, headers, body }: HttpResponse,
  connection: ProxiedConnection | undefined,
  onEnd: () => void,
): AzureResponse {
  if (typeof body === "object") {
    return new AzureResponse({ status, headers: { ...headers }, body: stream(body, connection, onEnd) });
  }
  onEnd();
  // As bytes: the library would give text a content type that the handler did not ask for.
  return new AzureResponse({ status, headers: { ...headers }, body: body ? Buffer.from(body) : null });
}

/** The body as bytes, no faster than the client takes it. A body that throws breaks the connection. */
async function* stream(
  body: AsyncIterable<string>,
  connection: ProxiedConnection | undefined,
  onEnd: () => void,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  try {
    // The host sends a request again when its connection breaks before the headers (azure-functions-host, RetryProxyHandler).
    connection?.response.flushHeaders();
    for await (const chunk of body) {
      yield encoder.encode(chunk);
      await connection?.hasRoom();
    }
  } catch (error) {
    // The library would neither end nor break the response, and the client would wait for the idle limit.
    connection?.response.destroy();
    throw error;
  } finally {
    onEnd();
  }
}

import type { LambdaClientConfig } from "@aws-sdk/client-lambda";
import { StreamableHTTPClientTransport, type StreamableHTTPClientTransportOptions } from "@modelcontextprotocol/client";
import { INVOKED_URL } from "./invoke-event.ts";
import { createInvokeFetch } from "./invoke-fetch.ts";

export interface InvokeTransportOptions {
  /** Name or ARN of the function; a version or alias behind a colon: `mcp:live`. */
  readonly function: string;
  /**
   * The URL that the function sees as its own. Only servers that check it need one: its path must be the server's path,
   * and its host one of MCP_ANYCLOUD_ALLOWED_HOSTS where that is set. Default `https://lambda.invalid/mcp`.
   */
  readonly url?: string | URL;
  /** Settings of AWS's client: region, credentials, endpoint. Default: as everywhere on AWS, from the environment. */
  readonly client?: LambdaClientConfig;
  /** Headers of every request, such as `authorization`; reconnection; a session to go on with. */
  readonly http?: Omit<StreamableHTTPClientTransportOptions, "fetch">;
}

/**
 * A transport for MCP clients that invokes a Lambda function instead of calling an address: it reaches functions that have
 * none, with nothing but `lambda:InvokeFunction`. To the function each message is a request of a Function URL, so that
 * it is the SDK's HTTP transport in all it does: both protocol eras, sessions, the standalone stream, resumption.
 *
 * `send` rejects, and `onerror` is called, with an `AnycloudError` that says what is wrong and what to do: CONFIG_INVALID
 * for a function that cannot be invoked, INSTANCE_FAILED for one that fails, times out, is throttled or does not answer
 * in HTTP. Nothing is sent twice. AWS's client is loaded with the first message. To close it, or to abort a request, ends
 * the connection alone: Lambda does not tell a function that its caller went away.
 */
export function createInvokeTransport(options: InvokeTransportOptions): StreamableHTTPClientTransport {
  const { fetch, close } = createInvokeFetch(options.function, options.client ?? {});
  const transport = new StreamableHTTPClientTransport(new URL(options.url ?? INVOKED_URL), { ...options.http, fetch });
  const closeTransport = transport.close.bind(transport);
  transport.close = async () => {
    await closeTransport();
    await close();
  };
  return transport;
}

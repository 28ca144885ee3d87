import type { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { AnycloudError } from "../../src/adapter.ts";

/** The server's address, and the headers that it needs. */
export interface SmokeTarget {
  /** Address of the MCP endpoint; with `lambda`, the URL that the function sees as its own. */
  readonly url?: string | URL;
  /** Name or ARN of a Lambda function to invoke in place of an address, a version or alias behind a colon. */
  readonly lambda?: string;
  /** AWS region of the function. Default: as AWS's client finds it. */
  readonly region?: string;
  /** Headers of every request. Their values are in no report. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Opens a transport to the server. Loads AWS's client only for a function. Throws CONFIG_INVALID when the target names nothing. */
export async function openTransport(target: SmokeTarget): Promise<StreamableHTTPClientTransport> {
  const { url, lambda, region, headers = {} } = target;
  const http = { requestInit: { headers: { ...headers } } };
  if (lambda !== undefined) {
    const { createInvokeTransport } = await import("../../adapters/aws/lambda-api/invoke-transport.ts");
    const client = region === undefined ? {} : { region };
    return createInvokeTransport({ function: lambda, client, http, ...(url !== undefined && { url }) });
  }
  const address = URL.parse(url ?? "");
  if (!address)
    throw new AnycloudError("CONFIG_INVALID", "There is nothing to try: give the url of a server, or a lambda.");
  const { StreamableHTTPClientTransport } = await import("@modelcontextprotocol/client");
  return new StreamableHTTPClientTransport(address, http);
}

/** The target's name for people, without the parts of an address that may be secret. */
export function nameOf({ url, lambda }: SmokeTarget): string {
  if (lambda !== undefined) return lambda;
  const address = URL.parse(url ?? "");
  return address ? address.origin + address.pathname : "The address";
}

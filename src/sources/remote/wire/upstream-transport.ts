import { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { Fetch } from "./limited-fetch.ts";

/** A session of the 2025 protocols at an upstream. */
export interface UpstreamSession {
  /** Absent where the upstream has no sessions. */
  readonly id?: string;
  readonly protocolVersion: string;
}

export interface TransportOptions {
  readonly url: URL;
  readonly fetch: Fetch;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A transport of the SDK's client, for one request, or one stream that is not opened again where it ends. It follows no redirect to
 * another origin.
 */
export const createTransport = (
  { url, fetch, headers }: TransportOptions,
  session: UpstreamSession | undefined,
  { reconnects = true }: { readonly reconnects?: boolean } = {},
): StreamableHTTPClientTransport =>
  new StreamableHTTPClientTransport(url, {
    fetch,
    requestInit: { headers },
    redirectPolicy: "same-origin",
    ...(!reconnects && { reconnectionOptions: ONCE }),
    ...(session?.id && { sessionId: session.id }),
    ...(session && { protocolVersion: session.protocolVersion }),
  });

const ONCE = {
  maxRetries: 0,
  initialReconnectionDelay: 0,
  maxReconnectionDelay: 0,
  reconnectionDelayGrowFactor: 1,
};

/** Says that the client of a session is ready. */
export const sayInitialized = (options: TransportOptions, session: UpstreamSession): Promise<void> =>
  withTransport(options, session, (transport) =>
    transport.send({ jsonrpc: "2.0", method: "notifications/initialized" }),
  );

/** Ends a session. One that cannot be ended expires at the upstream. */
export const endSession = (options: TransportOptions, session: UpstreamSession): Promise<void> =>
  withTransport(options, session, (transport) => transport.terminateSession()).catch(() => {});

async function withTransport(
  options: TransportOptions,
  session: UpstreamSession,
  use: (transport: StreamableHTTPClientTransport) => Promise<void>,
): Promise<void> {
  const transport = createTransport(options, session);
  const timer = setTimeout(() => void transport.close(), QUICK_MS);
  try {
    await transport.start();
    await use(transport);
  } finally {
    clearTimeout(timer);
    await transport.close();
  }
}

/** Milliseconds that such a message may take. */
const QUICK_MS = 5_000;

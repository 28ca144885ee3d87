import { randomUUID } from "node:crypto";
import { InMemoryEventStore } from "@modelcontextprotocol/sdk/examples/shared/inMemoryEventStore.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { createMcpEndpoint, createMemoryStore, type FactoryContext } from "../../../src/index.ts";
import type { Revision } from "../../conformance/revision.ts";
import conformance from "../../fixtures/conformance-server.ts";
import { type LoopbackEndpoint, serveFetch, serveOnLoopback } from "../loopback-endpoint.ts";
import { createV1ConformanceServer } from "./sdk-v1-server.ts";

/** A server for a gateway to stand before. */
interface ConformanceUpstream {
  readonly name: string;
  readonly start: () => Promise<LoopbackEndpoint>;
  /** Scenarios that need what a server of that era or SDK does not have, by the revision of the client. */
  readonly without: Readonly<Record<Revision, RegExp>>;
}

const NOTHING = /^$/;
const ASKING =
  /^server-stateless$|^input-required-result-(basic|multi|request-state|non-tool|result-type|tampered|capability)/;

/** Ours with both eras, and the transports of both SDKs with one each. */
export const UPSTREAMS: readonly ConformanceUpstream[] = [
  { name: "ours, both eras", start: startOurs, without: { "2025-11-25": NOTHING, "2026-07-28": NOTHING } },
  {
    name: "SDK v1, 2025 alone",
    start: startV1,
    // A server of 2025 asks its client while a call runs, which one of 2026-07-28 cannot be.
    without: { "2025-11-25": NOTHING, "2026-07-28": ASKING },
  },
  {
    name: "SDK v2, 2026 alone",
    start: startV2,
    // A server of 2026-07-28 asks by results, where the scenarios' tools ask while they run, and it does not close streams.
    without: { "2025-11-25": /sampling|elicitation|sse-polling/, "2026-07-28": NOTHING },
  },
];

function startOurs(): Promise<LoopbackEndpoint> {
  const store = createMemoryStore();
  const options = { store, logLevel: "silent", audit: "off" } as const;
  return serveOnLoopback(...[1, 2, 3].map(() => createMcpEndpoint(conformance, options)));
}

/** One process that remembers its sessions, as servers of SDK v1 do. */
function startV1(): Promise<LoopbackEndpoint> {
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();
  return serveFetch(async (request) => {
    const id = request.headers.get("mcp-session-id");
    if (id !== null) return (await sessions.get(id)?.handleRequest(request)) ?? new Response(null, { status: 404 });
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: new InMemoryEventStore(),
      retryInterval: 100,
      onsessioninitialized: (opened) => void sessions.set(opened, transport),
    });
    await createV1ConformanceServer().connect(transport);
    return transport.handleRequest(request);
  });
}

function startV2(): Promise<LoopbackEndpoint> {
  const handler = createMcpHandler(
    () => conformance.createServer({ notify: handler.notify } as FactoryContext) as never,
    {
      legacy: "reject",
    },
  );
  return serveFetch((request) => handler.fetch(request));
}

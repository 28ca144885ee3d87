import type { OAuthTokenVerifier } from "@modelcontextprotocol/server";
import type { RequestRecord } from "../../src/adapter.ts";
import { createMcpEndpoint, createMemoryStore } from "../../src/index.ts";
import { createV2Tools } from "../security/tool-servers.ts";
import { callerOf, legacyRequest, modernCall, textOf } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";

/** Real lines of the request log, of the kinds that the stack tells apart. */
export interface RequestRecords {
  /** The first request of a process: a tool call. */
  readonly call: RequestRecord;
  /** A 2025-era client that opens a session. */
  readonly opened: RequestRecord;
  /** A request without a token, to an endpoint that needs one. */
  readonly unauthenticated: RequestRecord;
  /** A request that failed here. */
  readonly failed: RequestRecord;
  /** A call whose tool failed, which is answered with 200. */
  readonly toolError: RequestRecord;
  /** A GET, which is no MCP message. */
  readonly health: RequestRecord;
}

const verifier: OAuthTokenVerifier = {
  verifyAccessToken: () => Promise.reject(new Error("There are no tokens here.")),
};

/** Has an endpoint in this process serve one request of each kind. */
export async function recordRequests(): Promise<RequestRecords> {
  const records: RequestRecord[] = [];
  const log = (record: RequestRecord): void => void records.push(record);
  const store = createMemoryStore();
  const open = callerOf(createMcpEndpoint(createV2Server, { log, store }));
  const closed = callerOf(createMcpEndpoint(createV2Server, { log, verifier, audit: "off" }));
  const tools = callerOf(createMcpEndpoint(() => createV2Tools([]), { log }));
  const broken = callerOf(
    createMcpEndpoint(
      () => {
        throw new Error("This server cannot be built.");
      },
      { log },
    ),
  );
  const served = async (response: ReturnType<typeof open>): Promise<RequestRecord> => {
    await textOf(await response);
    const record = records.pop();
    if (!record) throw new Error("Nothing was logged.");
    return record;
  };
  const clientInfo = { name: "test", version: "1" };
  const opening = legacyRequest("initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo });
  const call = modernCall("tools/call", { name: "echo", arguments: { text: "hello" } });
  return {
    call: await served(open(...call)),
    opened: await served(open(opening)),
    unauthenticated: await served(closed(opening)),
    failed: await served(broken(opening)),
    toolError: await served(tools(...modernCall("tools/call", { name: "fail" }))),
    health: await served(open(undefined, { method: "GET", url: "/health" })),
  };
}

import { createMcpEndpoint } from "../../../endpoint.ts";
import { AnycloudError } from "../../../errors.ts";
import { MODERN_REVISION } from "../../../protocol-2026/revision.ts";
import type { JsonObject } from "../../forwarding/forwarded-request.ts";
import { toModernMessage } from "../../forwarding/request-message.ts";
import { factsOf } from "../../source-facts.ts";
import { type ToolLock, toolHash } from "./tool-lock.ts";

/** Asks the sources of a gateway for their tools, for `mcp-anycloud lock`. Throws SERVER_INVALID for what is no gateway. */
export async function lockTools(server: unknown): Promise<ToolLock> {
  const { unlocked, isForeign } = factsOf(server);
  if (!unlocked || !isForeign) {
    throw new AnycloudError(
      "SERVER_INVALID",
      "The server is no gateway: only tools of a gateway's sources are locked.",
    );
  }
  const endpoint = createMcpEndpoint(unlocked, { logLevel: "silent", audit: "off" });
  const message = toModernMessage({ method: "tools/list", params: {}, client: { capabilities: {} } }, 1);
  const headers = {
    host: "localhost",
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": MODERN_REVISION,
    "mcp-method": "tools/list",
  };
  const request = { method: "POST", url: "/mcp", headers, body: JSON.stringify(message) };
  const { body } = await endpoint(request, { requestId: "lock", canStream: false, clientIp: "127.0.0.1" });
  const { result, error } = JSON.parse(String(body)) as {
    result?: { tools: JsonObject[] };
    error?: { message: string };
  };
  if (!result) throw new AnycloudError("SERVER_INVALID", `The tools cannot be locked: ${error?.message}`);
  const foreign = result.tools.filter(({ name }) => isForeign(String(name)));
  const hashes = foreign.map((tool) => [String(tool.name), toolHash(tool)] as const);
  return { version: 1, tools: Object.fromEntries(hashes.sort(([one], [other]) => (one < other ? -1 : 1))) };
}

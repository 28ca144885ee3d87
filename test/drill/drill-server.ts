import { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import { defineServer, type ServerDefinition } from "../../src/index.ts";

/** `broken` fails its smoke test; `flaky` passes it, and fails the calls of a tenth of its callers. */
export type Version = "good" | "broken" | "flaky";

/** A client that a flaky version fails: each tenth. */
export const isUnlucky = (clientName: string): boolean => clientName.endsWith("7");

/** A server whose answers name the client of the session, which the server knows from the session's state alone. */
export function drillServer(version: Version): ServerDefinition {
  return defineServer({
    createServer() {
      const server = new McpServer({ name: version, version: "1.0.0" });
      const text = (value: string) => ({ content: [{ type: "text" as const, text: value }] });
      server.registerTool("state", { annotations: { readOnlyHint: true }, inputSchema: z.object({}) }, () => {
        if (version === "broken") throw new Error("out of paper");
        return text("ready");
      });
      server.registerTool("echo", { inputSchema: z.object({ nonce: z.string() }) }, ({ nonce }) => {
        const name = server.server.getClientVersion()?.name ?? "nobody";
        if (version === "broken" || (version === "flaky" && isUnlucky(name))) throw new Error("out of paper");
        return text(`${name} ${nonce}`);
      });
      return server;
    },
  });
}

import { McpServer } from "@modelcontextprotocol/server";
import type { ServerFactory } from "../../src/index.ts";
import { textResult } from "./instances.ts";

interface Counted {
  readonly factory: ServerFactory;
  readonly built: () => number;
}

/** A factory that is told nothing, and how often it was asked. */
export function counted(register: (server: McpServer) => void): Counted {
  let built = 0;
  return {
    factory: () => {
      built++;
      const server = new McpServer({ name: "reused", version: "1" }, { capabilities: { logging: {} } });
      register(server);
      return server;
    },
    built: () => built,
  };
}

/** Gives a server a tool that does nothing. */
export const plain = (server: McpServer): void => void server.registerTool("plain", {}, async () => textResult("done"));

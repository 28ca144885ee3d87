import { defineServer, type ServerDefinition } from "../../define-server.ts";
import type { FactoryContext } from "../../server/server-factory.ts";
import { createForwardingServer } from "../forwarding/forwarding-server.ts";
import { withFacts } from "../source-facts.ts";
import { createProcesses } from "./processes.ts";
import { resolveCommand } from "./resolve-command.ts";
import { checkStdio, type StdioOptions } from "./stdio-options.ts";

/**
 * A desktop server, which speaks over standard input and output, as one of ours: `stdio("npx",
 * ["@modelcontextprotocol/server-filesystem", "/data"])`. Each caller has a process of its own on an instance, and in the 2025
 * protocols each session; it is started when it is first needed, ended when nobody needs it, and begun anew when it ends by
 * itself. What it keeps in memory is gone then, and is not on other instances. Throws SERVER_INVALID.
 */
export function stdio(command: string, args: readonly string[] = [], options: StdioOptions = {}): ServerDefinition {
  const resolved = resolveCommand(command, args);
  const { info = { name: resolved.name, version: "1.0.0" }, instructions, env = {} } = options;
  const processes = createProcesses({ ...resolved, env, limits: checkStdio(resolved.name, options) });

  function createServer(context: FactoryContext): ReturnType<typeof createForwardingServer> {
    return createForwardingServer({
      info,
      instructions,
      context,
      forward: (request) => processes.forward(request, context),
    });
  }

  return withFacts(defineServer({ createServer }), { state: () => processes.state });
}

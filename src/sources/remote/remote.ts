import { defineServer, type ServerDefinition } from "../../define-server.ts";
import type { FactoryContext } from "../../server/server-factory.ts";
import { createForwardingServer } from "../forwarding/forwarding-server.ts";
import { withFacts } from "../source-facts.ts";
import { checkRemote, type RemoteOptions } from "./remote-options.ts";
import { createUpstream } from "./upstream.ts";

/**
 * A server that somebody else runs, as one of ours: what applies to a server (policy, limits, audit) then applies to it. It is
 * asked in the protocol era of the client where it speaks that, and in the other one where it does not. Its lists are kept for
 * a while, and it is not asked while it is known to fail. Throws SERVER_INVALID.
 */
export function remote(address: string, options: RemoteOptions = {}): ServerDefinition {
  const upstream = createUpstream(checkRemote(address, options), options);
  const { info = { name: "remote", version: "1.0.0" }, instructions, tasks: hasTasks = false } = options;

  function createServer(context: FactoryContext): ReturnType<typeof createForwardingServer> {
    return createForwardingServer({
      info,
      instructions,
      context,
      hasTasks,
      forward: (request) => upstream.forward(request, context),
    });
  }

  return withFacts(defineServer({ createServer, onListen: upstream.onListen }), {
    hasTasks,
    state: () => upstream.state,
  });
}

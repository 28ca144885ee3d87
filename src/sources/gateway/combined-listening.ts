import { logAboutRequest } from "../../http/served-request.ts";
import type { OnListen } from "../../server/listening-client.ts";
import type { SourceNames } from "./naming.ts";
import type { Source } from "./source.ts";
import { SourceContext } from "./source-context.ts";

/** Tells every source that has to know of a client that listens to the gateway. Undefined where nobody has. */
export function combinedListening(
  sources: Readonly<Record<string, Source>>,
  names: SourceNames,
  own: OnListen | undefined,
): OnListen | undefined {
  const told = names.all.flatMap((naming) => {
    const server = sources[naming.source];
    return typeof server === "object" && server.onListen ? [{ naming, onListen: server.onListen }] : [];
  });
  if (told.length === 0) return own;
  return (client) => {
    for (const { naming, onListen } of told) {
      const resources = client.resources.flatMap((uri) => {
        const found = names.byUri(uri);
        return found?.naming === naming ? [found.inner] : [];
      });
      try {
        onListen({ ...client, resources, context: new SourceContext(client.context, naming) });
      } catch (error) {
        logAboutRequest(`source ${naming.source} could not be told of a client that listens:`, error);
      }
    }
    own?.(client);
  };
}

import type { Adapter } from "../../src/adapter.ts";
import { deferSigterm } from "./framework-shutdown.ts";
import { type CloudRunListener, createListener } from "./listener.ts";

export { platformIdentities } from "./identity.ts";
export { identityToken } from "./identity-token.ts";

/**
 * Serves a Cloud Run function (`@google-cloud/functions-framework` 5), and any other Node.js HTTP server, as one
 * request listener. For a container of your own, `listenOnPort` is the better form, because the framework answers some
 * requests before any function sees them: JSON it cannot parse, an unknown charset or content coding and a broken
 * percent-escape in the path with an HTML page of 4xx, `/favicon.ico` and `/robots.txt` with 404 (empty
 * `IGNORED_ROUTES` turns that one off; nothing turns off the others). Its pages show stack traces unless `NODE_ENV` is
 * `production`, which Google's buildpacks set; and Express writes the text of JSON that it cannot parse to standard error.
 */
export const toCloudRun: Adapter<CloudRunListener> = (handler) => {
  const { listener, drain } = createListener(handler);
  let first = true;
  return (incoming, outgoing) => {
    if (first) {
      first = false;
      if (incoming.executionId) deferSigterm(drain);
    }
    return listener(incoming, outgoing);
  };
};

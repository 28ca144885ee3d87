import type { Adapter } from "../../src/adapter.ts";
import { type CloudRunListener, createListener } from "./listener.ts";
import { deferSigterm } from "./shutdown.ts";

export { platformIdentities } from "./identity.ts";
export { identityToken } from "./identity-token.ts";

/**
 * Serves a Cloud Run function (`@google-cloud/functions-framework` 5), and any other Node.js HTTP server, as one request
 * listener. For a container of your own, prefer `listenOnPort`: the framework answers some requests before any function
 * sees them. Invalid JSON, an unknown charset or content coding, and a broken percent-escape in the path get an HTML page
 * of 4xx; `/favicon.ico` and `/robots.txt` get 404 (an empty `IGNORED_ROUTES` turns that off; nothing turns off the
 * others). Its pages show stack traces unless `NODE_ENV` is `production`, which Google's buildpacks set, and Express
 * writes invalid JSON to standard error.
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

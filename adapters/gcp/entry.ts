import { type Adapter, containUnhandledRejections, logUnhandled } from "../../src/adapter.ts";
import { keepBodiesFromFramework } from "./framework-body.ts";
import { type CloudRunListener, createListener } from "./listener.ts";
import { deferSigterm } from "./shutdown.ts";

export { platformIdentities } from "./identity.ts";
export { identityToken } from "./identity-token.ts";

/** Set by `node:domain` while a domain is entered. */
type InDomain = NodeJS.Process & { readonly domain?: NodeJS.EventEmitter };

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
  // Set on every Cloud Run function, whose process serves nothing else ("Container runtime contract").
  if (process.env.FUNCTION_TARGET) keepBodiesFromFramework();
  const before = process.listeners("unhandledRejection");
  let first = true;
  return (incoming, outgoing) => {
    const isFramework = incoming.executionId !== undefined;
    if (first) {
      first = false;
      if (isFramework) deferSigterm(drain);
      // The framework's listener, which it adds after it has loaded the function, ends the process (its invoker.js).
      const added = process.listeners("unhandledRejection").filter((listener) => !before.includes(listener));
      containUnhandledRejections(isFramework ? added : []);
    }
    // Its domain for each request would send a page in place of the answer (its function_wrappers.js).
    if (isFramework) (process as InDomain).domain?.removeAllListeners("error").on("error", logUnhandled);
    return listener(incoming, outgoing);
  };
};

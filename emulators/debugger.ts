/** Loaded in an instance that is to be debugged: opens Node.js's inspector on the port that the URL of this module names. */
import inspector from "node:inspector";
import { createServer } from "node:net";

const port = Number(new URL(import.meta.url).searchParams.get("port"));
const RETRY_MS = 300;

// A process that the server starts inherits NODE_OPTIONS, but not the channel.
if (process.channel) openWhenFree();

/** An instance that replaces another one waits until that has ended. */
function openWhenFree(): void {
  const again = (): void => void setTimeout(openWhenFree, RETRY_MS).unref();
  const probe = createServer();
  probe.once("error", again);
  probe.listen(port, "127.0.0.1", () => probe.close(() => inspector.open(port, "127.0.0.1")));
}

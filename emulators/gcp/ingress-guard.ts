/**
 * Loaded in an instance before its artefact: the server on `PORT` answers the emulated ingress alone. On Cloud Run nobody
 * else reaches a container. Here, a web page can send requests to every port of this machine, and by a name that it points
 * here (DNS rebinding) read the answers, too.
 */
import type { Server as HttpServer, IncomingMessage, ServerResponse } from "node:http";
import { SECRET_VARIABLE } from "./ingress-secret.ts";

const { [SECRET_VARIABLE]: secret, PORT } = process.env;
// The artefact sees the environment of the platform.
delete process.env[SECRET_VARIABLE];

// Importing it would load more than the artefact may need.
const { Server } = process.getBuiltinModule("node:http");
const emit = Server.prototype.emit as (this: HttpServer, event: string, ...args: unknown[]) => boolean;
Server.prototype.emit = function (this: HttpServer, event: string, ...args: unknown[]) {
  const address = this.address();
  const isService = typeof address === "object" && String(address?.port) === PORT;
  if (isService && (event === "request" || event === "checkContinue" || event === "checkExpectation")) {
    const [incoming, outgoing] = args as [IncomingMessage, ServerResponse];
    if (!takeSecret(incoming)) {
      outgoing.writeHead(403, { connection: "close" }).end();
      return true;
    }
  }
  return emit.call(this, event, ...args);
} as typeof Server.prototype.emit;

/** Whether the request has the secret header, which is then removed: the service sees what Google's front end sends. */
function takeSecret({ rawHeaders, headers }: IncomingMessage): boolean {
  if (secret === undefined || headers[secret] === undefined) return false;
  rawHeaders.splice(rawHeaders.indexOf(secret), 2);
  delete headers[secret];
  return true;
}

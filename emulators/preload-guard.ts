/**
 * Loaded first in every emulated instance, for two promises of local emulation: an instance ends when the emulator's process
 * ends, however that ended; and every server that the artefact or a platform's library opens is reachable only from this
 * machine (several libraries listen on all interfaces).
 */
import { flushCompileCache } from "node:module";
import { Server } from "node:net";

process.on("disconnect", () => process.exit(0));
// The IPC channel must not keep alive an instance that has nothing left to do.
process.channel?.unref();

// Node.js writes its compile cache when a process exits, and most instances are killed.
setTimeout(flushCompileCache, 300).unref();

const LOOPBACK = "127.0.0.1";
/** Every address of 127.0.0.0/8 is this machine's alone (RFC 1122 §3.2.1.3). */
const onLoopback = (host: unknown): string =>
  typeof host === "string" && /^127(\.\d{1,3}){3}$/.test(host) ? host : LOOPBACK;
const listen = Server.prototype.listen as (this: Server, ...args: unknown[]) => Server;
Server.prototype.listen = function (this: Server, ...args: unknown[]) {
  const [first, second] = args;
  if (typeof first === "object" && first !== null && "port" in first) {
    const host = onLoopback("host" in first ? first.host : undefined);
    return listen.call(this, { ...first, host }, ...args.slice(1));
  }
  // Node.js takes every string that Number() converts for a port, including "" and " 80 "; any other is a socket's path.
  if (first === null || typeof first === "number" || (typeof first === "string" && Number(first) >= 0)) {
    return listen.call(this, Number(first), onLoopback(second), ...args.slice(typeof second === "string" ? 2 : 1));
  }
  if (first === undefined || typeof first === "function") return listen.call(this, 0, LOOPBACK, ...args);
  return listen.apply(this, args);
} as typeof Server.prototype.listen;

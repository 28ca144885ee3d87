import type { ServerFactory } from "../define-server.ts";
import type { DirectLine } from "./server-connection.ts";

/** Servers that have answered a call and may answer another, one at a time. */
export interface IdleLines {
  take(): DirectLine | undefined;
  /** A line to keep, or to hang up when it cannot be kept. */
  give(line: DirectLine): void;
}

/** Enough for the calls that one instance serves at a time; the rest is built anew. */
const MOST_IDLE = 64;

/**
 * Keeps what a factory built, when it is told nothing of the request and so cannot build something else for the next one,
 * and has shown that it builds: one that hands out the same server again would hand out what is connected here.
 * Undefined for a factory that is told of the request.
 */
export function createIdleLines(createServer: ServerFactory): IdleLines | undefined {
  if (!takesNothing(createServer)) return undefined;
  const idle: DirectLine[] = [];
  let first: WeakRef<object> | undefined;
  const isKnownToBuild = (server: object): boolean => {
    first ??= new WeakRef(server);
    return first.deref() !== server;
  };
  return {
    take() {
      for (let line = idle.pop(); line; line = idle.pop()) {
        // Its author may have closed or changed it since.
        if (line.isFit) return line;
        line.close();
      }
      return undefined;
    },
    give(line) {
      if (line.isFit && isKnownToBuild(line.server) && idle.length < MOST_IDLE) idle.push(line);
      else line.close();
    },
  };
}

/** By its text, because `length` leaves out rest parameters and `arguments`; a bound function does not show its own. */
function takesNothing(factory: ServerFactory): boolean {
  const text = Function.prototype.toString.call(factory);
  return (
    /^(async\s+)?(function\b\s*[\w$]*|[\w$]+)?\s*\(\s*\)/.test(text) && !/\barguments\b|\[native code\]/.test(text)
  );
}

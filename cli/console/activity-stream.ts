import type { ServerResponse } from "node:http";
import type { Change } from "../dev/activity.ts";
import { ownPackage } from "../package-json.ts";
import type { ConsoleOptions } from "./console-options.ts";
import { SECURITY_HEADERS } from "./guard.ts";

/** Sends pages what happens, as Server-Sent Events. */
export interface ActivityStream {
  /** Sends everything that is kept, then each change. */
  open(outgoing: ServerResponse): void;
  close(): void;
}

/** A request that streams may change with every event: its changes within this time are sent together. */
const INTERVAL_MS = 100;
/** Bytes that wait for a page that does not read. It connects again and gets what is kept then. */
const MOST_WAITING = 8_000_000;
const HEARTBEAT_MS = 15_000;

export function createActivityStream({ activity, ingresses, entry }: ConsoleOptions): ActivityStream {
  const pages = new Set<ServerResponse>();
  const changed = new Set<Change>();
  let timer: NodeJS.Timeout | undefined;
  const heartbeat = setInterval(() => broadcast(": \n\n"), HEARTBEAT_MS).unref();

  function broadcast(text: string): void {
    for (const page of pages) {
      page.write(text);
      if (page.writableLength > MOST_WAITING) page.destroy();
    }
  }
  const unsubscribe = activity.subscribe((change) => {
    if (pages.size === 0) return;
    changed.add(change);
    timer ??= setTimeout(() => {
      timer = undefined;
      const changes = [...changed];
      changed.clear();
      broadcast(frame("changes", contentsOf(changes)));
    }, INTERVAL_MS);
  });
  return {
    open(outgoing) {
      outgoing.writeHead(200, { ...SECURITY_HEADERS, "content-type": "text/event-stream" });
      const server = { version: ownPackage.version, entry, ingresses };
      outgoing.write(
        frame("start", { ...server, ...contentsOf([...activity.requests(), ...activity.log(), ...activity.tasks()]) }),
      );
      pages.add(outgoing);
      outgoing.once("close", () => pages.delete(outgoing));
    },
    close() {
      unsubscribe();
      clearTimeout(timer);
      clearInterval(heartbeat);
      for (const page of pages) page.destroy();
    },
  };
}

const contentsOf = (changes: readonly Change[]) => ({
  requests: changes.filter((change) => "requestId" in change),
  log: changes.filter((change) => "text" in change),
  tasks: changes.filter((change) => "taskId" in change),
});

const frame = (event: string, data: object): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

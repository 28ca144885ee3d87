import type { ServerEvent, ServerEventBus } from "@modelcontextprotocol/server";
import type { Occasion } from "../http/light-signal.ts";
import type { ChangeEntry, ChangeEvents } from "../services/change-events.ts";

/** What one `subscriptions/listen` hears, of all instances. */
export interface Listening {
  /** For the SDK, which subscribes once and acknowledges in the same breath. */
  readonly bus: ServerEventBus;
  /** Fires when it is over: the SDK let go, or never began. */
  readonly over: AbortSignal;
  /** To be called when the SDK has answered; ends it unless that opened a subscription. */
  sdkAnswered(): void;
}

/**
 * Begins to hear the fleet's events before there is anybody to tell them to, so that none is missed that is published
 * after the acknowledgement. Throws STORE_UNAVAILABLE.
 */
export async function startListening(changeEvents: ChangeEvents): Promise<Listening> {
  const over = new AbortController();
  const early: ServerEvent[] = [];
  let hear = (event: ServerEvent): void => void early.push(event);
  let subscribed = false;
  const onEntry = ({ events }: ChangeEntry): void => {
    for (const event of events) hear(event);
  };
  await changeEvents.follow({ signal: over.signal, onEntry });
  return {
    bus: {
      publish: () => {},
      subscribe(lease) {
        subscribed = true;
        hear = lease;
        for (const event of early.splice(0)) lease(event);
        return () => over.abort();
      },
    },
    over: over.signal,
    sdkAnswered() {
      if (!subscribed) over.abort();
    },
  };
}

export interface EndOptions {
  readonly seconds: number;
  readonly deadline: Occasion | undefined;
  /** Fires when there is nothing left to end. */
  readonly over: AbortSignal;
}

/** Calls `end` after so many seconds, or when the deadline fires, unless it was over before. */
export function endInTime(end: () => void, { seconds, deadline, over }: EndOptions): void {
  if (over.aborted) return;
  if (deadline?.aborted) {
    end();
    return;
  }
  const timer = setTimeout(end, seconds * 1000);
  deadline?.addEventListener("abort", end, { once: true });
  over.addEventListener(
    "abort",
    () => {
      clearTimeout(timer);
      deadline?.removeEventListener("abort", end);
    },
    { once: true },
  );
}

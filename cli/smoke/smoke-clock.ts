import { AnycloudError } from "../../src/adapter.ts";
import { STREAM_BROKEN } from "./smoke-failure.ts";

/** The time that is left for everything. */
export interface Clock {
  readonly milliseconds: number;
  /** Settles as the work does, or rejects when the time is up or a stream has broken off. */
  within<Result>(work: Promise<Result>): Promise<Result>;
  /** Ends the wait, if this error says that an answer broke off. */
  breakOff(error: Error): void;
  stop(): void;
}

export function startClock(seconds: number): Clock {
  const milliseconds = seconds * 1_000;
  const end = Promise.withResolvers<never>();
  // The rejection may come when nothing waits for it.
  end.promise.catch(() => {});
  const timer = setTimeout(() => {
    const message = `No answer came within ${seconds} s: see the server's log, or give more time with --timeout.`;
    end.reject(new AnycloudError("INSTANCE_FAILED", message));
  }, milliseconds);
  return {
    milliseconds,
    within: (work) => Promise.race([work, end.promise]),
    breakOff(error) {
      if (error.message.startsWith(STREAM_BROKEN)) end.reject(error);
    },
    stop: () => clearTimeout(timer),
  };
}

import { ProtocolError } from "@modelcontextprotocol/server";
import { monotonicMs } from "../../clock.ts";
import type { UpstreamState } from "../source-facts.ts";
import { UpstreamFailure } from "./upstream-failure.ts";

export interface BreakerOptions {
  /** Failures in a row after which requests are refused at once. Default 5. */
  readonly failures?: number;
  /** Seconds after which one request is let through again, to see. Default 15. */
  readonly seconds?: number;
}

/** Keeps requests from an upstream that fails, in this process. */
export interface Breaker {
  /** Runs work, and learns from its outcome. Throws UpstreamFailure at once while the upstream is known to fail. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
  readonly state: UpstreamState;
}

/** `report` is told, once each, when requests are held back and when they are no longer. */
export function createBreaker({ failures = 5, seconds = 15 }: BreakerOptions, report: (what: string) => void): Breaker {
  let inARow = 0;
  let closedUntil: number | undefined;
  let wasAnswered = false;

  function onFailure(reason: string): void {
    inARow++;
    if (inARow < failures) return;
    if (closedUntil === undefined) report(`gets no requests for ${seconds} s after ${inARow} failures: ${reason}`);
    closedUntil = monotonicMs() + seconds * 1000;
  }

  function onAnswer(): void {
    if (closedUntil !== undefined) report("answers again");
    inARow = 0;
    closedUntil = undefined;
    wasAnswered = true;
  }

  return {
    get state() {
      if (closedUntil !== undefined) return "failing";
      return wasAnswered || inARow > 0 ? "ok" : "untried";
    },
    async run(work) {
      if (closedUntil !== undefined) {
        if (monotonicMs() < closedUntil) throw new UpstreamFailure("refused", "It has failed several times just now.");
        // One request tries; the others wait for its outcome, or for the next time.
        closedUntil = monotonicMs() + seconds * 1000;
      }
      try {
        const result = await work();
        onAnswer();
        return result;
      } catch (error) {
        const kind = error instanceof UpstreamFailure ? error.kind : undefined;
        if (kind === "unavailable") onFailure((error as Error).message);
        // A client that left has learned nothing of the upstream, and neither has a failure of our own.
        else if (kind === undefined ? error instanceof ProtocolError : kind !== "cancelled") onAnswer();
        throw error;
      }
    },
  };
}

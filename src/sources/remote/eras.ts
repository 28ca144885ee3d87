import { ProtocolError } from "@modelcontextprotocol/server";
import { monotonicMs } from "../../clock.ts";
import { UpstreamFailure } from "./upstream-failure.ts";

/** Milliseconds after which an upstream is asked anew what it speaks: it may have been updated. */
const KNOWN_FOR_MS = 600_000;

/** Knows which protocol eras an upstream speaks, in this process. */
export interface Eras {
  /** Whether it speaks 2026-07-28. `probe` asks it, once in a while. */
  isModern(probe: () => Promise<unknown>): Promise<boolean>;
  /** Whether it refused to open a session of the 2025 protocols. */
  readonly refusesSessions: boolean;
  onSessionRefused(): void;
  /** Has the next request ask anew what it speaks. */
  forget(): void;
}

interface Known {
  readonly answer: Promise<boolean>;
  readonly until: number;
}

export function createEras(): Eras {
  let modern: Known | undefined;
  let refusedUntil = 0;
  return {
    get refusesSessions() {
      return monotonicMs() < refusedUntil;
    },
    onSessionRefused() {
      refusedUntil = monotonicMs() + KNOWN_FOR_MS;
    },
    forget() {
      modern = undefined;
    },
    async isModern(probe) {
      for (;;) {
        const isOwn = !modern || monotonicMs() > modern.until;
        if (isOwn) begin(probe);
        try {
          return await (modern as Known).answer;
        } catch (error) {
          // The token of another caller was refused, which says nothing of this one's.
          if (isOwn || !hasStatus(error, [401, 403])) throw error;
        }
      }
    },
  };

  function begin(probe: () => Promise<unknown>): void {
    const answer = probe().then(
      () => true,
      (error: unknown) => {
        if (isUnknownEra(error)) return false;
        throw error;
      },
    );
    modern = { answer, until: monotonicMs() + KNOWN_FOR_MS };
    // An upstream that was away is asked again by the next request.
    answer.catch(() => {
      modern = undefined;
    });
  }
}

/** Whether an upstream answered, in the words of another era, that it does not understand. */
export const isUnknownEra = (error: unknown): boolean =>
  error instanceof ProtocolError ||
  // One that wants another token, or fewer requests, has said nothing of its era.
  (error instanceof UpstreamFailure && error.kind === "refused" && !hasStatus(error, [401, 403, 429]));

function hasStatus(error: unknown, statuses: readonly number[]): boolean {
  const { cause } = (error ?? {}) as { readonly cause?: { readonly status?: number } };
  return statuses.includes(cause?.status ?? 0);
}

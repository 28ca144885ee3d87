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

export function createEras(): Eras {
  let modern: { readonly answer: Promise<boolean>; readonly until: number } | undefined;
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
    isModern(probe) {
      if (!modern || monotonicMs() > modern.until) {
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
      return modern.answer;
    },
  };
}

/** Whether an upstream answered, in the words of another era, that it does not understand. */
export const isUnknownEra = (error: unknown): boolean =>
  error instanceof ProtocolError ||
  (error instanceof UpstreamFailure && error.kind === "refused" && !isCredential(error));

/** An upstream that wants another token has said nothing of its era. */
const isCredential = ({ cause }: UpstreamFailure): boolean =>
  [401, 403, 429].includes((cause as { readonly status?: number } | undefined)?.status ?? 0);

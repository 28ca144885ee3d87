/** Time limits of sessions, in milliseconds. Handed in, so that tests need not wait for them. */
export interface SessionTimings {
  /**
   * After this, a response that is still not there becomes a stream, so that its client can resume it. Sooner would cost
   * ordinary calls writes to the store; later, more calls would be lost with their instance.
   */
  readonly streamAfterMs: number;
  /**
   * A request is given up after this: as long as its events can be resumed. Where the work outlives the platform's
   * deadline, nothing else ends a server that never responds, and the store would be read for it for ever.
   */
  readonly longestRequestMs: number;
  /** A stream's writer adds an entry at least this often. */
  readonly writerSignMs: number;
  /** A writer that is silent for longer than it promised may be replaced: this is the promise. */
  readonly writerSilenceMs: number;
  /** After a failure of the store, a client that listens is not made to wait for the store for this long. */
  readonly writerAvoidMs: number;
  /** Pause between attempts to write while no client listens. */
  readonly writerRetryMs: number;
  /** Events are kept this long for a client that is away while the store is, too. */
  readonly writerPatienceMs: number;
  /** The holder of a stream lease renews it at least this often. */
  readonly leaseRenewMs: number;
  /** A lease whose holder is silent for this long may be taken over. */
  readonly leaseSilenceMs: number;
  /** A mailbox is first read after this: most requests are answered by then and never read the store. */
  readonly mailboxFirstReadMs: number;
  readonly mailboxSlowestReadMs: number;
  /** Pauses between reads of a session's notifications. Changes in the same process wake the reader at once. */
  readonly notificationFastestReadMs: number;
  readonly notificationSlowestReadMs: number;
}

export const SESSION_TIMINGS: SessionTimings = {
  streamAfterMs: 3_000,
  longestRequestMs: 3_600_000,
  writerSignMs: 4_000,
  writerSilenceMs: 12_000,
  writerAvoidMs: 5_000,
  writerRetryMs: 1_000,
  writerPatienceMs: 60_000,
  leaseRenewMs: 10_000,
  leaseSilenceMs: 25_000,
  mailboxFirstReadMs: 500,
  mailboxSlowestReadMs: 5_000,
  notificationFastestReadMs: 250,
  notificationSlowestReadMs: 2_000,
};

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
  /** The holder of a stream lease writes how far it has come at most this often. */
  readonly leaseWriteMs: number;
  /** A mailbox is first read after this: most requests are answered by then and never read the store. */
  readonly mailboxFirstReadMs: number;
  readonly mailboxSlowestReadMs: number;
  /**
   * Pause between reads while a reply is expected: the delay that the user of a tool feels, and for each minute of thinking
   * a thousand of the cheapest reads. After `mailboxPatienceMs` the pauses grow, up to the slowest one in ten hours.
   */
  readonly mailboxWaitingReadMs: number;
  readonly mailboxPatienceMs: number;
  /** Pauses between an instance's reads of its wake-ups. Changes in the same process wake a stream at once. */
  readonly notificationFastestReadMs: number;
  readonly notificationSlowestReadMs: number;
  /** A standalone stream looks at its session this often, in case that a wake-up was lost. */
  readonly standaloneCheckMs: number;
}

export const SESSION_TIMINGS: SessionTimings = {
  streamAfterMs: 3_000,
  longestRequestMs: 3_600_000,
  writerSignMs: 4_000,
  writerSilenceMs: 12_000,
  writerAvoidMs: 5_000,
  writerRetryMs: 1_000,
  writerPatienceMs: 60_000,
  leaseWriteMs: 30_000,
  mailboxFirstReadMs: 500,
  mailboxSlowestReadMs: 5_000,
  mailboxWaitingReadMs: 60,
  mailboxPatienceMs: 90_000,
  notificationFastestReadMs: 250,
  notificationSlowestReadMs: 1_000,
  standaloneCheckMs: 30_000,
};

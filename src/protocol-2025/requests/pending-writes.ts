/**
 * Writes to the store that a response has to wait for: its client finds what they wrote, and a platform that freezes the
 * instance after the response does not cut them short.
 */
export class PendingWrites {
  readonly #writes = new Set<Promise<void>>();
  readonly #onFailure: (error: unknown) => void;

  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  get size(): number {
    return this.#writes.size;
  }

  add(write: Promise<void>): void {
    const done = write.catch(this.#onFailure);
    this.#writes.add(done);
    void done.then(() => this.#writes.delete(done));
  }

  /** Settles when the writes so far have succeeded or failed. Never rejects. */
  async flush(): Promise<void> {
    await Promise.all(this.#writes);
  }
}

import type { ChangeEntry } from "../../services/change-events.ts";

/** Change events on their way into a stream. */
export class ChangeBuffer {
  readonly #entries: ChangeEntry[] = [];
  #change = new AbortController();

  add(entry: ChangeEntry): void {
    this.#entries.push(entry);
    this.#change.abort();
  }

  get entries(): readonly ChangeEntry[] {
    return [...this.#entries];
  }

  /** Forgets the first entries: the stream is past them. */
  drop(count: number): void {
    this.#entries.splice(0, count);
  }

  /** Fires when an entry is added after the call. */
  nextChange(): AbortSignal {
    this.#change = new AbortController();
    return this.#change.signal;
  }
}

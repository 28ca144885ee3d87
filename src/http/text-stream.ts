/**
 * The body of a streamed response: texts go in at one end and are read at the other, in order, each as soon as it is there.
 * For one reader. Unlike an async generator's, its `return` does not wait for a text that may never come.
 */
export class TextStream implements AsyncIterableIterator<string> {
  readonly #texts: string[] = [];
  readonly #onReaderLeft: () => void;
  #isEnded = false;
  #wake: (() => void) | undefined;

  /** `onReaderLeft` is called when the reader stops before the end. */
  constructor(onReaderLeft: () => void = () => {}) {
    this.#onReaderLeft = onReaderLeft;
  }

  /** Adds a text; after `end` it is dropped. */
  push(text: string): void {
    if (this.#isEnded) return;
    this.#texts.push(text);
    this.#wake?.();
  }

  /** No further texts: the reader gets those that are there, then the end. Idempotent. */
  readonly end = (): void => {
    this.#isEnded = true;
    this.#wake?.();
  };

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<string, undefined>> {
    while (this.#texts.length === 0 && !this.#isEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const value = this.#texts.shift();
    return value === undefined ? { done: true, value } : { done: false, value };
  }

  async return(): Promise<IteratorResult<string, undefined>> {
    const wasEnded = this.#isEnded;
    this.end();
    if (!wasEnded) this.#onReaderLeft();
    return { done: true, value: undefined };
  }
}

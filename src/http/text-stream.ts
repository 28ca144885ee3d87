import { type ServedRequest, servedRequest } from "./served-request.ts";

/**
 * The body of a streamed response: texts go in at one end and are read at the other, in order, each as soon as it is there.
 * For one reader. Unlike an async generator's, its `return` does not wait for a text that may never come.
 */
export class TextStream implements AsyncIterableIterator<string> {
  #texts: string[] = [];
  /** The texts before them, the first one at the end: to shift a long list moves all of it. */
  #next: string[] = [];
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
    while (this.#next.length === 0 && this.#texts.length === 0 && !this.#isEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#next.length === 0) {
      this.#next = this.#texts.reverse();
      this.#texts = [];
    }
    const value = this.#next.pop();
    return value === undefined ? { done: true, value } : { done: false, value };
  }

  async return(): Promise<IteratorResult<string, undefined>> {
    const wasEnded = this.#isEnded;
    this.end();
    if (!wasEnded) this.#onReaderLeft();
    return { done: true, value: undefined };
  }
}

/** The end of a stream. */
interface StreamEnd {
  /** Bytes of what was read. */
  readonly bytes: number;
  /** Why it did not come to its end. */
  readonly failure?: { readonly error: unknown } | undefined;
}

/** Takes part in the reading of a stream. */
export interface StreamWatch {
  /** The request whose own code the source is: its operations of the store are the request's. Default: whose code reads. */
  readonly context?: ServedRequest;
  /** Called with each text, before it is handed on. */
  onText?(): void;
  /** Called once, when the stream was read to its end, has failed, or was left, also by a reader that never began. */
  onEnd(end: StreamEnd): void | Promise<void>;
}

/** The same stream, watched. A generator that is left before it was read would run none of its code, `finally` included. */
export function watchStream(
  source: AsyncIterable<string>,
  { context, onText, onEnd }: StreamWatch,
): AsyncIterableIterator<string, undefined> {
  const texts = source[Symbol.asyncIterator]();
  const read = texts.next.bind(texts);
  let bytes = 0;
  let isOver = false;
  async function end(failure?: StreamEnd["failure"]): Promise<void> {
    if (isOver) return;
    isOver = true;
    await onEnd({ bytes, failure });
  }
  const iterator: AsyncIterableIterator<string, undefined> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      try {
        const { done, value } = await (context ? servedRequest.run(context, read) : read());
        if (!done) {
          bytes += Buffer.byteLength(value);
          onText?.();
          return { done: false, value };
        }
      } catch (error) {
        await end({ error });
        throw error;
      }
      await end();
      return { done: true, value: undefined };
    },
    async return() {
      const leave = async (): Promise<unknown> => texts.return?.();
      try {
        if (!isOver) await (context ? servedRequest.run(context, leave) : leave());
      } finally {
        await end();
      }
      return { done: true, value: undefined };
    },
  };
  return iterator;
}

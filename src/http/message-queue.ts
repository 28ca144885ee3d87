/** Values put in at one end and iterated at the other, in order, each as soon as it is there. */
export interface MessageQueue<Value extends object> extends AsyncIterable<Value> {
  /** Adds a value; after `end` it is dropped. */
  push(value: Value): void;
  /** No further values: the iteration ends after those already there. Idempotent. */
  end(): void;
}

/** Creates a queue for one consumer. A consumer that stops early ends the queue. */
export function createMessageQueue<Value extends object>(): MessageQueue<Value> {
  const values: Value[] = [];
  let ended = false;
  let wake = (): void => {};
  const end = (): void => {
    ended = true;
    wake();
  };
  return {
    push(value) {
      if (ended) return;
      values.push(value);
      wake();
    },
    end,
    [Symbol.asyncIterator]: () => ({
      async next() {
        while (values.length === 0 && !ended) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        const value = values.shift();
        return value === undefined ? { done: true, value } : { done: false, value };
      },
      async return() {
        end();
        return { done: true, value: undefined };
      },
    }),
  };
}

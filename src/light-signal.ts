/** What is used of an `AbortSignal`, and what one can stand in for. */
export interface Occasion {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** An occasion that is brought about here. */
export interface LightSignal extends Occasion {
  /** Idempotent. */
  abort(): void;
  /** The same as an `AbortSignal`, made when it is first asked for. */
  readonly signal: AbortSignal;
}

/** An `AbortController` without its `EventTarget`, which costs more than parsing a message, and of which each request needs several. */
export function createLightSignal(): LightSignal {
  let aborted = false;
  let listeners: Set<() => void> | undefined;
  let made: AbortController | undefined;
  return {
    get aborted() {
      return aborted;
    },
    addEventListener(_type, listener) {
      listeners ??= new Set();
      listeners.add(listener);
    },
    removeEventListener(_type, listener) {
      listeners?.delete(listener);
    },
    abort() {
      if (aborted) return;
      aborted = true;
      made?.abort();
      for (const listener of listeners ?? []) listener();
      listeners = undefined;
    },
    get signal() {
      made ??= new AbortController();
      if (aborted) made.abort();
      return made.signal;
    },
  };
}

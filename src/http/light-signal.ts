/** What happens once, and can be waited for: an `AbortSignal`, or what is used of one. */
export interface Occasion {
  readonly aborted: boolean;
  addEventListener(type: "abort", lease: (event: unknown) => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: "abort", lease: (event: unknown) => void): void;
}

/**
 * An occasion that is brought about here: an `AbortController` without its `EventTarget`, which costs more than parsing a
 * message, and of which each request needs several. A class, because what each has of its own is made each time.
 */
export class LightSignal implements Occasion {
  #aborted = false;
  #listeners: ((event: unknown) => void)[] | undefined;
  #made: AbortController | undefined;

  get aborted(): boolean {
    return this.#aborted;
  }

  addEventListener(_type: "abort", lease: (event: unknown) => void, _options?: { readonly once?: boolean }): void {
    this.#listeners ??= [];
    this.#listeners.push(lease);
  }

  removeEventListener(_type: "abort", lease: (event: unknown) => void): void {
    const at = this.#listeners?.indexOf(lease) ?? -1;
    if (at >= 0) this.#listeners?.splice(at, 1);
  }

  /** Idempotent. */
  abort(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#made?.abort();
    const listeners = this.#listeners ?? [];
    this.#listeners = undefined;
    for (const lease of listeners) lease(undefined);
  }

  /** The same as an `AbortSignal`, for what takes nothing else; made when it is first asked for. */
  get signal(): AbortSignal {
    this.#made ??= new AbortController();
    if (this.#aborted) this.#made.abort();
    return this.#made.signal;
  }
}

/** An occasion as an `AbortSignal`, for what takes nothing else. */
export function asAbortSignal(occasion: Occasion): AbortSignal {
  if (occasion instanceof AbortSignal) return occasion;
  if (occasion instanceof LightSignal) return occasion.signal;
  const made = new LightSignal();
  occasion.addEventListener("abort", () => made.abort(), { once: true });
  if (occasion.aborted) made.abort();
  return made.signal;
}

import { AnycloudError } from "../../src/adapter.ts";
import { SIGNALS } from "./signals.ts";

/** Somebody stopped a command: Ctrl-C in a terminal, its window that closes, or a pipeline that is cancelled. */
export class Interruption extends AnycloudError {
  /** The signal that said so. */
  readonly signal: NodeJS.Signals;

  constructor(message: string, signal: NodeJS.Signals) {
    super("INSTANCE_FAILED", message);
    this.signal = signal;
  }
}

/**
 * Does work that a signal asks to end, instead of ending the process at once. The work's signal is aborted then with an
 * Interruption, whose message is `sentence`.
 */
export async function interruptible<T>(sentence: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const asked = new AbortController();
  const interrupt = (signal: NodeJS.Signals): void => asked.abort(new Interruption(sentence, signal));
  for (const signal of SIGNALS) process.on(signal, interrupt);
  try {
    return await work(asked.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}

import { mock } from "node:test";

/** Time that passes when it is told to. All timers of the process follow it, and so does its clock. */
export interface VirtualTime extends Disposable {
  /** Lets so many milliseconds pass, and everything happen that is due meanwhile. Looks at it each `stepMs`. Default 5. */
  pass(ms: number, stepMs?: number): Promise<void>;
}

/** Milliseconds between two looks at what is due: what happens within them counts as one moment. */
const STEP_MS = 5;

export function startVirtualTime(): VirtualTime {
  // Taken before it is mocked: promises settle in real turns of the event loop.
  const { setImmediate: nextTurn } = globalThis;
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: Date.UTC(2026, 10, 30) });
  return {
    async pass(ms, stepMs = STEP_MS) {
      for (let passed = 0; passed < ms; passed += stepMs) {
        mock.timers.tick(stepMs);
        await new Promise<void>((resolve) => nextTurn(resolve));
      }
    },
    [Symbol.dispose]: () => mock.timers.reset(),
  };
}

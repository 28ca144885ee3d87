import { setImmediate as nextTurn } from "node:timers/promises";
import type { TaskOperation } from "../task-record.ts";

/** The most operations of one task: each makes its record larger. */
const MAX_OPERATIONS = 1_000;
const MAX_KEY_LENGTH = 200;

/**
 * Compares what a handler does with what it did before. Handlers are entered again, and must then ask for the same keys;
 * those that run in parallel in any order.
 */
export class Replay {
  readonly #recorded: ReadonlyMap<string, TaskOperation>;
  readonly #reached = new Set<string>();

  constructor(recorded: readonly TaskOperation[]) {
    this.#recorded = new Map(recorded.map((operation) => [operation.key, operation]));
  }

  /** The recorded operation of a key; undefined for a new one. Throws a sentence about a key that must not be used. */
  reach<Kind extends TaskOperation["kind"]>(
    key: string,
    kind: Kind,
  ): Extract<TaskOperation, { kind: Kind }> | undefined {
    if (typeof key !== "string" || key === "" || key.length > MAX_KEY_LENGTH || !key.isWellFormed()) {
      throw new ReplayProblem(`A ${kind} needs a key of 1 to ${MAX_KEY_LENGTH} characters of its own.`);
    }
    if (this.#reached.has(key)) {
      throw new ReplayProblem(`The key ${JSON.stringify(key)} was used twice: give each ${kind} a key of its own.`);
    }
    this.#reached.add(key);
    const found = this.#recorded.get(key);
    if (found && found.kind !== kind) {
      throw new ReplayProblem(
        `The handler took another way when it was entered again: ${JSON.stringify(key)} was a ${found.kind}, and is a ${kind} now.`,
      );
    }
    if (!found && this.#reached.size > MAX_OPERATIONS) {
      throw new ReplayProblem(`A task has at most ${MAX_OPERATIONS} steps, questions and sleeps: join some of them.`);
    }
    return found as Extract<TaskOperation, { kind: Kind }> | undefined;
  }

  /** To be awaited before a new operation does anything. Throws where the handler passed over a recorded one. */
  async beforeNew(key: string): Promise<void> {
    // Branches that run in parallel come to their recorded operations within a turn.
    for (let turn = 0; turn < 2 && this.#missed() !== undefined; turn++) await nextTurn();
    const missed = this.#missed();
    if (missed !== undefined) throw new ReplayProblem(anotherWay(missed, JSON.stringify(key)));
  }

  /** To be called when the handler returned. */
  finish(): void {
    const missed = this.#missed();
    if (missed !== undefined) throw new ReplayProblem(anotherWay(missed, "its end"));
  }

  /** A recorded operation that the handler has not come to: all before it had their outcomes then, and have them now. */
  #missed(): string | undefined {
    for (const key of this.#recorded.keys()) if (!this.#reached.has(key)) return key;
    return undefined;
  }
}

/** A handler that does not keep the rules of replay: its task fails with the message. */
export class ReplayProblem extends Error {
  override readonly name = "ReplayProblem";
}

const anotherWay = (missed: string, reached: string): string =>
  `The handler took another way when it was entered again: it came to ${reached} without ${JSON.stringify(missed)}. Whatever decides its way belongs into a step.`;

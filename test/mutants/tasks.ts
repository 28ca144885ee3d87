import type { PromiseFaults } from "./planted-fault.ts";

const ACCESS = "src/tasks/task-access.ts";
const WORKER = "src/tasks/jobs/worker.ts";
const GOVERNED = "test/tasks/governed.test.ts";
const WORKERS = "test/tasks/workers.test.ts";
const ATTACKS = "test/tasks/attacks.test.ts";
const VALUES = "test/tasks/values.test.ts";
const SENDER = "adapters/gcp/jobs/sender-check.ts";
const JOBS = "test/gcp/cloud-tasks/jobs.test.ts";

/** Faults in whose a task is, and in who may work on it. */
export const TASK_FAULTS: readonly PromiseFaults[] = [
  {
    promise: "use of another caller's task, and of a right that its caller has lost",
    faults: [
      { file: ACCESS, text: "record.caller.principal !== caller.principal ||", replacement: "", test: GOVERNED },
      { file: ACCESS, text: "lackingScopes(scopes, caller.scopes).length > 0", replacement: "false", test: GOVERNED },
      { file: WORKER, text: "if (!decision.passes) {", replacement: "if (false) {", test: GOVERNED },
    ],
  },
  {
    promise: "a job that nobody sent, that comes twice, late or for another's task, and an answer that comes twice",
    faults: [
      { file: SENDER, text: "claims?.aud !== audience ||", replacement: "!claims ||", test: JOBS },
      { file: SENDER, text: "claims.email === (await account())", replacement: "true", test: JOBS },
      {
        file: WORKER,
        text: "if (leaseUntil > now) return",
        replacement: "if (leaseUntil > now + 1e9) return",
        test: WORKERS,
      },
      {
        file: WORKER,
        text: "if (dueAt === undefined) return undefined;",
        replacement: "if (dueAt === null) return undefined;",
        test: ATTACKS,
      },
      {
        file: "src/tasks/jobs/attempt.ts",
        text: "found && !isTerminal(found.record) && found.record.attempt === this.#number",
        replacement: "found && !isTerminal(found.record)",
        test: WORKERS,
      },
      {
        file: "src/tasks/jobs/attempt.ts",
        text: "released.then(never, () => {})",
        replacement: "released.catch(() => {})",
        test: "test/tasks/attempt.test.ts",
      },
      {
        file: "src/tasks/task-store.ts",
        text: "newValueKey = (): string => ",
        replacement: 'newValueKey = (): string => "value/1" || ',
        test: VALUES,
      },
    ],
  },
];

import { setTimeout } from "node:timers/promises";
import { createInstancePool } from "../../instances.ts";
import { type ExecutionEnvironment, startEnvironment } from "./execution-environment.ts";
import type { LambdaRuntimeProgram } from "./find-runtime.ts";
import type { FunctionSettings } from "./function-environment.ts";
import { MAX_EVENT_BYTES } from "./lambda-limits.ts";
import type { Outcome } from "./outcome.ts";

/** A function with its execution environments, for the ingresses. */
export interface LambdaFunction {
  /** Never rejects: every failure is an outcome. */
  invoke(event: object, requestId: string): Promise<Outcome>;
  warm(): Promise<void>;
  replace(): Promise<void>;
  close(): Promise<void>;
}

export interface LambdaFunctionOptions {
  readonly settings: FunctionSettings;
  readonly runtime: LambdaRuntimeProgram;
  readonly instances: number;
  readonly amnesia: boolean;
  /** Number of concurrent invocations; one more is throttled. */
  readonly concurrency: number;
  readonly onOutput: (line: string) => void;
}

/**
 * How long a request waits for an environment that has responded and is about to ask for work again, when no other one is
 * idle. Without this wait it would depend on chance whether a quick next request meets a new process.
 */
const SETTLING_MS = 1_000;

export function createLambdaFunction(options: LambdaFunctionOptions): LambdaFunction {
  const { settings, runtime, instances, amnesia, concurrency, onOutput } = options;
  const closing = new AbortController();
  const idle = new Set<ExecutionEnvironment>();
  const settling = new Set<Promise<void>>();
  let running = 0;
  const pool = createInstancePool<ExecutionEnvironment>({
    instances,
    amnesia,
    concurrency: 1,
    // `running` throttles first; environments that `amnesia` has retired still count here.
    maxInstances: concurrency + instances,
    // A function without extensions has no time to shut down: "0 ms" ("Understanding the Lambda execution environment
    // lifecycle", shutdown phase).
    graceMs: 0,
    async start() {
      const environment = await startEnvironment({ settings, runtime, signal: closing.signal, onOutput });
      idle.add(environment);
      void environment.exited.then(() => idle.delete(environment));
      return environment;
    },
  });

  async function run(event: string, requestId: string): Promise<Outcome> {
    running++;
    try {
      if (idle.size === 0 && settling.size > 0) await Promise.race([...settling, setTimeout(SETTLING_MS)]);
      const { instance, release } = await pool.lease();
      idle.delete(instance);
      const { outcome, answered, done } = instance.invoke(event, requestId);
      const ended = done.then(() => {
        if (instance.process.exitCode === null && instance.process.signalCode === null) idle.add(instance);
        release();
        running--;
      });
      void answered.then(() => settling.add(ended));
      void ended.then(() => settling.delete(ended));
      return await outcome;
    } catch (error) {
      running--;
      const errorMessage = error instanceof Error ? error.message : String(error);
      onOutput(errorMessage);
      return { kind: "failed", error: { errorType: "Runtime.InitError", errorMessage } };
    }
  }

  return {
    async invoke(event, requestId) {
      const payload = JSON.stringify(event);
      if (Buffer.byteLength(payload) > MAX_EVENT_BYTES) return { kind: "refused", reason: "too large" };
      if (running >= concurrency) return { kind: "refused", reason: "throttled" };
      return run(payload, requestId);
    },
    warm: () => pool.warm(),
    replace: () => pool.replace(),
    async close() {
      closing.abort();
      await pool.close();
    },
  };
}

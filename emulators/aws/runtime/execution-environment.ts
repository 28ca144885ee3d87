import { AnycloudError } from "../../../src/adapter.ts";
import { type Instance, startInstance } from "../../instance.ts";
import type { LambdaRuntimeProgram } from "./find-runtime.ts";
import { FUNCTION_ARN, type FunctionSettings, toEnvironment } from "./function-environment.ts";
import type { FunctionError, RunningInvocation } from "./outcome.ts";
import { openRuntimeApi } from "./runtime-api.ts";
import { traceId } from "./trace-id.ts";

/**
 * How long a function may take to initialise. Lambda starts over after 10 seconds and then allows the function's own time
 * limit. The emulator reports a start that hangs instead, so this limit is neither, and `timeScale` does not shorten it.
 */
const INIT_LIMIT_MS = 30_000;

/** One process of the function with its own Runtime API. It serves one invocation at a time. */
export interface ExecutionEnvironment extends Instance {
  invoke(event: string, requestId: string): RunningInvocation;
}

export interface EnvironmentOptions {
  readonly settings: FunctionSettings;
  readonly runtime: LambdaRuntimeProgram;
  /** Aborts a start that is in progress. */
  readonly signal: AbortSignal;
  readonly onOutput: (line: string) => void;
}

/** Starts a process and waits until the function is initialised. Throws INSTANCE_FAILED with the function's own error. */
export async function startEnvironment(options: EnvironmentOptions): Promise<ExecutionEnvironment> {
  const { settings, runtime, signal, onOutput } = options;
  const api = await openRuntimeApi(runtime);
  const instance = startInstance({
    command: runtime.command,
    cwd: settings.artefact,
    environment: toEnvironment(settings, api.address),
    onOutput,
  });
  void instance.exited.then((how) =>
    api.end({ errorType: "Runtime.ExitError", errorMessage: `Runtime exited with ${how}` }),
  );
  const stop = (): void => void instance.stop();
  signal.addEventListener("abort", stop, { once: true });
  const limit = setTimeout(() => {
    const errorMessage = `Initialisation took longer than ${INIT_LIMIT_MS / 1_000} seconds`;
    api.fail({ errorType: "Sandbox.Timedout", errorMessage });
  }, INIT_LIMIT_MS);
  try {
    if (signal.aborted) stop();
    await api.ready;
  } catch (error) {
    await instance.stop();
    throw new AnycloudError("INSTANCE_FAILED", `The function did not start: ${oneLine(error as FunctionError)}`);
  } finally {
    clearTimeout(limit);
    signal.removeEventListener("abort", stop);
  }

  return {
    ...instance,
    invoke(event, requestId) {
      const { timeoutMs } = settings;
      const startedAt = new Date();
      const expiresAt = startedAt.getTime() + timeoutMs;
      const timer = setTimeout(() => {
        const errorMessage = `${requestId} Task timed out after ${(timeoutMs / 1_000).toFixed(2)} seconds`;
        onOutput(errorMessage);
        api.fail({ errorType: "Sandbox.Timedout", errorMessage });
        void instance.stop();
      }, timeoutMs);
      const work = { requestId, event, expiresAt, functionArn: FUNCTION_ARN, traceId: traceId(startedAt) };
      const running = api.assign(work);
      return { ...running, done: running.done.finally(() => clearTimeout(timer)) };
    },
  };
}

function oneLine({ errorType, errorMessage }: FunctionError): string {
  return `${errorType}: ${errorMessage}`.replace(/\s*\n\s*/g, " ");
}

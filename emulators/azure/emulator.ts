import type { Emulator, EmulatorOptions } from "../emulator.ts";
import { closeIngress, openIngress } from "../ingress.ts";
import { createInstancePool } from "../instances.ts";
import { type FunctionApp, readFunctionApp } from "./function-app.ts";
import { createHost } from "./host.ts";
import type { PutMessage } from "./queue/put-message.ts";
import { createQueueTrigger } from "./queue/queue-trigger.ts";
import { openStorageAccount, QUEUE, type StorageAccount } from "./queue/storage-account.ts";
import { startWorker, type Worker } from "./worker-instance.ts";

/** Azure Load Balancer's idle limit, whatever functionTimeout says (functions-scale, "Function app time-out duration"). */
const IDLE_MS = 230_000;
/** Default of FUNCTIONS_REQUEST_BODY_SIZE_LIMIT (azure-functions-host, ScriptConstants.DefaultMaxRequestBodySize). */
const MAX_BODY_BYTES = 104_857_600;
/** Number of HTTP requests that one instance of 2,048 MB takes at a time (functions-concurrency, "HTTP trigger concurrency"). */
const CONCURRENCY = 16;
/** Flex Consumption's default maximum instance count (flex-consumption-plan, "Considerations"). */
const MAX_INSTANCES = 100;
/** Time from WorkerTerminate to the end of the process (azure-functions-host, WorkerConstants). */
const GRACE_MS = 5_000;

/**
 * Serves a function app on loopback as Azure Functions on the Flex Consumption plan does. Each rule in this folder names its
 * source. Rejects with ARTEFACT_INVALID, INSTANCE_FAILED or PORT_IN_USE.
 */
export async function startAzureEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { artefact, instances = 1, amnesia = false, timeScale = 1, onOutput } = options;
  const settings = { ...options.environment };
  const closing = new AbortController();
  let account: StorageAccount | undefined;
  let put: (message: PutMessage) => void = () => {};
  async function read(): Promise<FunctionApp> {
    const found = await readFunctionApp(artefact, settings);
    if (found.takesTaskQueue) account ??= await openStorageAccount((message) => put(message));
    return found;
  }
  const allSettings = (): Record<string, string> => ({ ...(app.takesTaskQueue && account?.environment), ...settings });
  let app = await read();
  const pool = createInstancePool<Worker>({
    instances,
    amnesia,
    concurrency: CONCURRENCY,
    maxInstances: MAX_INSTANCES,
    graceMs: GRACE_MS * timeScale,
    start() {
      const environment = environmentOf(app, allSettings(), timeScale);
      return startWorker({ app, environment, signal: closing.signal, onOutput });
    },
  });
  put = createQueueTrigger({
    pool,
    queueName: QUEUE,
    visibilityMs: () => app.queueVisibilityMs * timeScale,
    functionTimeoutMs: () => app.functionTimeoutMs * timeScale,
    log: onOutput ?? (() => {}),
    signal: closing.signal,
  });
  const closeQueue = async (): Promise<void> => {
    closing.abort();
    await account?.close();
  };
  const listener = createHost({
    pool,
    idleMs: IDLE_MS * timeScale,
    functionTimeoutMs: () => app.functionTimeoutMs * timeScale,
    maxBodyBytes: Number(settings.FUNCTIONS_REQUEST_BODY_SIZE_LIMIT ?? MAX_BODY_BYTES),
    onOutput,
  });
  try {
    await pool.warm();
    const { server, url } = await openIngress(options.port, listener);
    return {
      url,
      imitates: "Azure Functions (Flex Consumption)",
      async reload() {
        app = await read();
        await pool.replace();
      },
      async close() {
        await closeQueue();
        await Promise.all([closeIngress(server), pool.close()]);
      },
    };
  } catch (error) {
    await closeQueue();
    await pool.close();
    throw error;
  }
}

/** The variables of the platform, which the app's settings may override. */
function environmentOf(app: FunctionApp, settings: Record<string, string>, timeScale: number): Record<string, string> {
  return {
    AzureWebJobsScriptRoot: app.folder,
    FUNCTIONS_EXTENSION_VERSION: "~4",
    FUNCTIONS_WORKER_RUNTIME: "node",
    WEBSITE_SKU: "FlexConsumption",
    ...settings,
    // The app must see the scaled limit that the emulator enforces.
    ...(timeScale !== 1 && Number.isFinite(app.functionTimeoutMs)
      ? { AzureFunctionsJobHost__functionTimeout: toTimeSpan(app.functionTimeoutMs * timeScale) }
      : {}),
  };
}

/** Milliseconds as a .NET TimeSpan: 90,500 is `00:01:30.500`. From a day on, it begins with the days. */
function toTimeSpan(totalMs: number): string {
  const [days, rest] = [Math.floor(totalMs / 86_400_000), Math.round(totalMs % 86_400_000)];
  return `${days > 0 ? `${days}.` : ""}${new Date(rest).toISOString().slice(11, 23)}`;
}

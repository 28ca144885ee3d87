import type { Emulator, EmulatorOptions } from "../emulator.ts";
import { closeIngress, openIngress } from "../ingress.ts";
import { createInstancePool } from "../instances.ts";
import { type Artefact, type ArtefactForm, describeArtefact, takesTaskQueue } from "./artefact.ts";
import { type GoogleApis, openGoogleApis } from "./cloud-tasks/google-apis.ts";
import { createFrontEnd } from "./front-end.ts";
import { secretHeader } from "./ingress-secret.ts";
import { type ServiceInstance, startServiceInstance } from "./service-instance.ts";

export interface GcpEmulatorOptions extends EmulatorOptions {
  /** `container`: `node server.mjs` on PORT. `function`: `mcp` of `index.mjs` in Google's functions-framework. */
  readonly form?: ArtefactForm;
  /** The service's request timeout. Default 300, as on Cloud Run; at most 3600 ("Set request timeout for services"). */
  readonly requestTimeoutSeconds?: number;
  /** Number of requests that one instance serves at a time. Default 80, as on Cloud Run ("Maximum concurrent requests"). */
  readonly concurrency?: number;
  /** Largest number of instances. Default `instances`, but at least 4; Cloud Run's own default is 100. */
  readonly maxInstances?: number;
  /** Whether instances answer others than the ingress, too. Default false; tests of the adapter alone use it. */
  readonly openInstances?: boolean;
}

/**
 * How long a request waits for an instance with room before it gets 429: 10 s, or 3.5 times the average startup time if
 * that is longer ("About instance autoscaling", exceeding maximum instances).
 */
const PENDING_MS = 10_000;
const PENDING_STARTUPS = 3.5;
/** Time from SIGTERM to SIGKILL ("Container runtime contract", instance shutdown). */
const GRACE_MS = 10_000;
/** Time limit of the default TCP startup probe ("Configure container health checks": one attempt of 240 s). */
const STARTUP_MS = 240_000;

/** Runs the artefact as Cloud Run does and serves it on loopback. Rejects with INSTANCE_FAILED when an instance does not start. */
export async function startGcpEmulator(options: GcpEmulatorOptions): Promise<Emulator> {
  const { form = "container", instances = 1, amnesia = false, timeScale = 1, requestTimeoutSeconds = 300 } = options;
  let apis: GoogleApis | undefined;
  async function describe(url: string): Promise<Artefact> {
    const takesQueue = await takesTaskQueue(options.artefact);
    if (takesQueue) apis ??= await openGoogleApis({ timeScale, log: options.onOutput ?? (() => {}) });
    const environment = { ...(takesQueue && apis?.environment(url)), ...options.environment };
    return describeArtefact({
      ...options,
      ...{ environment, form, timeoutSeconds: requestTimeoutSeconds * timeScale, revision },
    });
  }
  const closing = new AbortController();
  const secret = options.openInstances ? undefined : secretHeader();
  let revision = 1;
  let artefact: Promise<Artefact>;
  const startups = { count: 0, totalMs: 0 };

  async function start(): Promise<ServiceInstance> {
    const begun = performance.now();
    const instance = await startServiceInstance({
      artefact: await artefact,
      startupMs: STARTUP_MS * timeScale,
      signal: closing.signal,
      ...(secret && { secret }),
      ...(options.onOutput && { onOutput: options.onOutput }),
    });
    startups.count += 1;
    startups.totalMs += performance.now() - begun;
    return instance;
  }
  const pool = createInstancePool<ServiceInstance>({
    instances,
    amnesia,
    concurrency: options.concurrency ?? 80,
    maxInstances: options.maxInstances ?? Math.max(instances, 4),
    graceMs: GRACE_MS * timeScale,
    start,
  });
  const listener = createFrontEnd({
    pool,
    secret,
    pendingMs: () => Math.max(PENDING_MS * timeScale, (PENDING_STARTUPS * startups.totalMs) / (startups.count || 1)),
    requestTimeoutMs: requestTimeoutSeconds * 1000 * timeScale,
  });
  const { server, url } = await openIngress(options.port, listener);
  // In the same turn, so that no request comes before it.
  artefact = describe(url);

  async function close(): Promise<void> {
    closing.abort();
    await apis?.close();
    // The instances end first, because their streams end through the ingress.
    await pool.close();
    await closeIngress(server);
  }
  try {
    await artefact;
    await pool.warm();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url,
    imitates: form === "function" ? "Cloud Run function (functions-framework)" : "Cloud Run container",
    async reload() {
      revision += 1;
      artefact = Promise.resolve(await describe(url));
      await pool.replace();
    },
    close,
  };
}

import { describeArtefact } from "../../emulators/gcp/artefact.ts";
import { type ServiceInstance, startServiceInstance } from "../../emulators/gcp/service-instance.ts";
import { builtArtefact } from "../support/artefacts.ts";
import { startHaproxy } from "./haproxy.ts";

/** Containers behind a balancer, which are replaced one after the other as by a Deployment of Kubernetes. */
export interface Replicas extends AsyncDisposable {
  /** The balancer's. */
  readonly port: number;
  /**
   * Replaces the oldest replica. As Kubernetes does: the next one is ready first, then the endpoints change, and SIGTERM comes
   * after the preStop pause. Settles with how the old one ended.
   */
  replaceOldest(preStop: () => Promise<unknown>): Promise<string>;
}

export interface ReplicasOptions {
  /** Path of the balancer's program. */
  readonly haproxy: string;
  /** Absolute path of the server's module. */
  readonly entry: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Time from SIGTERM to SIGKILL, as `terminationGracePeriodSeconds` of templates/kubernetes leaves at least. */
const GRACE_MS = 30_000;
export const REPLICAS = 3;

export async function startReplicas({ haproxy, entry, environment }: ReplicasOptions): Promise<Replicas> {
  await using resources = new AsyncDisposableStack();
  const built = await builtArtefact("gcp", entry, "server");
  resources.defer(() => built.release());
  const live = new Set<ServiceInstance>();
  resources.defer(async () => void (await Promise.all([...live].map((instance) => instance.stop()))));
  const start = async (): Promise<ServiceInstance> => {
    const instance = await startServiceInstance({
      artefact: await describeArtefact({
        artefact: built.folder,
        form: "container",
        environment,
        timeoutSeconds: 300,
        revision: 1,
      }),
      startupMs: 60_000,
      signal: new AbortController().signal,
    });
    live.add(instance);
    return instance;
  };
  const replicas = await Promise.all(Array.from({ length: REPLICAS }, start));
  const balancer = await startHaproxy(
    haproxy,
    replicas.map(({ port }) => port),
  );
  resources.defer(() => balancer.close());
  let oldest = 0;
  const owned = resources.move();
  return {
    port: balancer.port,
    async replaceOldest(preStop) {
      const [index, next] = [oldest++ % REPLICAS, await start()];
      const old = replicas[index] as ServiceInstance;
      replicas[index] = next;
      await balancer.replace(index, next.port);
      await preStop();
      await old.stop(GRACE_MS);
      live.delete(old);
      return old.exited;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

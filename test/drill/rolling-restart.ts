import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "../../emulators/free-port.ts";
import { describeArtefact } from "../../emulators/gcp/artefact.ts";
import { type ServiceInstance, startServiceInstance } from "../../emulators/gcp/service-instance.ts";
import { startLocalTable } from "../../emulators/local-table.ts";
import { builtArtefact } from "../support/artefacts.ts";
import { type CallsReport, startCallers } from "./callers.ts";

export interface RestartReport extends CallsReport {
  /** How the instances that were replaced ended. */
  readonly ended: readonly string[];
}

/** Time from SIGTERM to SIGKILL, as `terminationGracePeriodSeconds` of templates/kubernetes leaves at least. */
const GRACE_MS = 30_000;
const REPLICAS = 3;

/** Replaces each of three containers behind haproxy, as a Deployment does, while clients with sessions call. */
export async function runRollingRestart(
  haproxy: string,
  { clients, rounds }: { clients: number; rounds: number },
): Promise<RestartReport> {
  await using resources = new AsyncDisposableStack();
  const table = await startLocalTable();
  resources.defer(() => table.close());
  const entry = fileURLToPath(new URL("./servers/good.ts", import.meta.url));
  const built = await builtArtefact("gcp", entry, "server");
  resources.defer(() => built.release());
  const environment = { ...table.environment, MCP_ANYCLOUD_RATE_LIMITS: "session=1000000/300" };
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
    resources.defer(() => instance.stop());
    return instance;
  };
  const replicas = await Promise.all(Array.from({ length: REPLICAS }, start));
  const balancer = await startHaproxy(
    haproxy,
    replicas.map(({ port }) => port),
  );
  resources.defer(() => balancer.close());
  const callers = startCallers(balancer.port, { clients, inFlight: Math.min(clients, 8) });
  resources.defer(async () => void (await callers.stop()));
  await callers.after(clients);

  const ended: string[] = [];
  for (let turn = 0; turn < REPLICAS * rounds; turn++) {
    const [old, next] = [replicas[turn % REPLICAS] as ServiceInstance, await start()];
    replicas[turn % REPLICAS] = next;
    // As Kubernetes does: the endpoints change first, and SIGTERM comes after the preStop pause.
    await balancer.replace(turn % REPLICAS, next.port);
    await callers.after(clients);
    await old.stop(GRACE_MS);
    ended.push(await old.exited);
  }
  await callers.after(clients);
  return { ...(await callers.stop()), ended };
}

interface Haproxy {
  readonly port: number;
  /** Sends new requests for a replica to another port. */
  replace(replica: number, port: number): Promise<void>;
  close(): Promise<void>;
}

async function startHaproxy(program: string, replicas: readonly number[]): Promise<Haproxy> {
  const folder = await mkdtemp(join(tmpdir(), "haproxy-"));
  const [file, socket, port] = [join(folder, "haproxy.cfg"), join(folder, "admin"), await freePort()];
  await writeFile(file, configuration({ socket, port, replicas }));
  const child = spawn(program, ["-db", "-f", file], { stdio: "ignore" });
  const exited = once(child, "exit");
  await untilHealthy(port, child);
  return {
    port,
    async replace(replica, to) {
      const admin = connect(socket);
      admin.end(`set server replicas/replica-${replica} addr 127.0.0.1 port ${to}\n`);
      const answer = await text(admin);
      if (!answer.includes("port changed")) throw new Error(`haproxy did not change the port: ${answer}`);
    },
    async close() {
      child.kill("SIGTERM");
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}

interface Addresses {
  readonly socket: string;
  readonly port: number;
  readonly replicas: readonly number[];
}

/** It has no checks of its own: as in Kubernetes, whoever replaces an instance knows when the next one is ready. */
const configuration = ({ socket, port, replicas }: Addresses): string => `
global
  stats socket ${socket} level admin
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend clients
  bind 127.0.0.1:${port}
  default_backend replicas
backend replicas
  balance roundrobin
${replicas.map((replica, index) => `  server replica-${index} 127.0.0.1:${replica}`).join("\n")}
`;

async function untilHealthy(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`haproxy ended with ${child.exitCode}.`);
    const response = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
    if (response?.ok) return;
    await sleep(50);
  }
}

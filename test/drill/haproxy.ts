import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { freePort } from "../../emulators/free-port.ts";
import { findProgram, startProgram } from "../support/programs.ts";

/** Why nothing is tried behind haproxy. */
export const NO_HAPROXY = "haproxy is not installed; apt-get install haproxy installs it";

/** Where haproxy lies on this machine; undefined where it is not installed. */
export const findHaproxy = (): string | undefined => findProgram("haproxy");

export interface Haproxy {
  readonly port: number;
  /** Sends new requests for a replica to another port. */
  replace(replica: number, port: number): Promise<void>;
  close(): Promise<void>;
}

/** A balancer in front of replicas, by their ports, once it passes requests on. */
export async function startHaproxy(program: string, replicas: readonly number[]): Promise<Haproxy> {
  const folder = await mkdtemp(join(tmpdir(), "haproxy-"));
  const [file, socket, port] = [join(folder, "haproxy.cfg"), join(folder, "admin"), await freePort()];
  await writeFile(file, configuration({ socket, port, replicas }));
  const balancer = startProgram(program, ["-db", "-f", file]);
  const close = async (): Promise<void> => {
    await balancer.close();
    await rm(folder, { recursive: true });
  };
  try {
    await balancer.readyWhen(() =>
      fetch(`http://127.0.0.1:${port}/health`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  } catch (error) {
    await close();
    throw error;
  }
  return {
    port,
    async replace(replica, to) {
      const admin = connect(socket);
      admin.end(`set server replicas/replica-${replica} addr 127.0.0.1 port ${to}\n`);
      const answer = await text(admin);
      if (!answer.includes("port changed")) throw new Error(`haproxy did not change the port: ${answer}`);
    },
    close,
  };
}

interface Addresses {
  readonly socket: string;
  readonly port: number;
  readonly replicas: readonly number[];
}

/**
 * It tells the replicas who calls, as every balancer does. It has no checks of its own: as in Kubernetes, whoever replaces an
 * instance knows when the next one is ready.
 */
const configuration = ({ socket, port, replicas }: Addresses): string => `
global
  stats socket ${socket} level admin
defaults
  mode http
  option forwardfor
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

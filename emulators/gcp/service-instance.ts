import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { AnycloudError } from "../../src/adapter.ts";
import { freePort } from "../free-port.ts";
import { endOf, type Instance, startInstance } from "../instance.ts";
import type { Artefact } from "./artefact.ts";
import { SECRET_VARIABLE } from "./ingress-secret.ts";

/** An instance of the service that listens. */
export interface ServiceInstance extends Instance {
  readonly port: number;
}

export interface ServiceInstanceOptions {
  readonly artefact: Artefact;
  /** How long the instance may take to listen on `PORT`. */
  readonly startupMs: number;
  /** Aborts a start that is in progress. */
  readonly signal: AbortSignal;
  /** Requests without a header of this name are refused (ingress-guard.ts). Default: every request is answered. */
  readonly secret?: string;
  readonly onOutput?: (line: string) => void;
}

const INGRESS_GUARD = new URL(`./ingress-guard.${import.meta.filename.endsWith(".ts") ? "ts" : "js"}`, import.meta.url)
  .href;

/** Starts again when another program took the free port before the instance did, at most so often. */
const ATTEMPTS = 3;
const PROBE_INTERVAL_MS = 10;
const KEPT_LINES = 50;

/** Starts an instance and waits for its startup probe: a TCP connection to `PORT`. Rejects with INSTANCE_FAILED. */
export async function startServiceInstance(options: ServiceInstanceOptions): Promise<ServiceInstance> {
  for (let attempt = 1; ; attempt++) {
    const lines: string[] = [];
    const port = await freePort();
    const instance = launch(options, port, lines);
    const failure = await probe(instance, port, options);
    if (failure === undefined) return { ...instance, port };
    await instance.stop();
    if (attempt < ATTEMPTS && lines.some((line) => line.includes("EADDRINUSE"))) continue;
    const said = lines.map((line) => /\b\w*Error( \[\w+\])?: .*/.exec(line)?.[0]).find(Boolean) ?? lines[0];
    const message = `The service did not start: ${failure}${said ? `, saying "${said}"` : ""}.`;
    throw new AnycloudError("INSTANCE_FAILED", message);
  }
}

function launch(options: ServiceInstanceOptions, port: number, lines: string[]): Instance {
  const { artefact, secret, onOutput } = options;
  return startInstance({
    command: secret === undefined ? artefact.command : ["--import", INGRESS_GUARD, ...artefact.command],
    cwd: artefact.folder,
    environment: { ...artefact.environment, PORT: String(port), ...(secret && { [SECRET_VARIABLE]: secret }) },
    onOutput(line) {
      if (lines.length < KEPT_LINES) lines.push(line);
      onOutput?.(line);
    },
  });
}

/** Resolves with undefined when the instance listens, else with the reason why it does not. */
async function probe(
  instance: Instance,
  port: number,
  { startupMs, signal }: ServiceInstanceOptions,
): Promise<string | undefined> {
  let ended: string | undefined;
  void endOf(instance).then((how) => {
    ended = how;
  });
  const giveUpAt = performance.now() + startupMs;
  while (!(await accepts(port))) {
    if (ended !== undefined) return `it ended with ${ended} before it listened on PORT ${port}`;
    if (signal.aborted) return "the emulator is closing";
    if (performance.now() > giveUpAt) return `it did not listen on PORT ${port} within ${startupMs / 1000} s`;
    await sleep(PROBE_INTERVAL_MS);
  }
  return undefined;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

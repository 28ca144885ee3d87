import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../emulators/free-port.ts";
import { type Instance, startInstance } from "../../emulators/instance.ts";

/** Instances that can be killed at any time; each is replaced at once. */
export interface MortalInstances {
  /** Ports of instances that take requests, as far as is known. */
  ports(): readonly number[];
  /** Kills one, in the middle of whatever it does. */
  kill(index: number): void;
  readonly kills: number;
  close(): Promise<void>;
}

export interface MortalInstancesOptions {
  /** Folder of a Cloud Run artefact. */
  readonly artefact: string;
  readonly size: number;
  readonly environment: Readonly<Record<string, string>>;
}

interface Place {
  instance: Instance;
  port: number | undefined;
}

export async function startMortalInstances(options: MortalInstancesOptions): Promise<MortalInstances> {
  const { size } = options;
  let closing = false;
  let kills = 0;
  const places: Place[] = [];

  async function fill(place: Place): Promise<void> {
    const port = await freePort();
    place.port = undefined;
    place.instance = launch(options, port);
    const { instance } = place;
    void instance.exited.then(() => {
      if (!closing && place.instance === instance) void fill(place);
    });
    while (!closing && place.instance === instance && !(await answers(port))) await sleep(20);
    if (place.instance === instance) place.port = port;
  }

  await Promise.all(
    Array.from({ length: size }, async () => {
      const place = {} as Place;
      places.push(place);
      await fill(place);
    }),
  );
  return {
    ports: () => places.flatMap(({ port }) => port ?? []),
    kill(index) {
      const place = places[index % size] as Place;
      place.port = undefined;
      kills += 1;
      place.instance.process.kill("SIGKILL");
    },
    get kills() {
      return kills;
    },
    async close() {
      closing = true;
      await Promise.all(places.map(({ instance }) => instance.stop()));
    },
  };
}

function launch({ artefact, environment }: MortalInstancesOptions, port: number): Instance {
  return startInstance({
    command: [join(artefact, "server.mjs")],
    cwd: artefact,
    environment: { ...environment, PORT: String(port), MCP_ANYCLOUD_LOG_LEVEL: "silent" },
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request({ host: "127.0.0.1", port, path: "/health", agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.on("error", () => resolve(false));
    call.end();
  });
}

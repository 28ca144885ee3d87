import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { buildTarget } from "../../cli/build/build-target.ts";
import { freePort } from "../../emulators/free-port.ts";
import { type Instance, startInstance } from "../../emulators/instance.ts";
import { sendTo } from "../chaos/client-http.ts";
import { countOf } from "../chaos/count-of.ts";
import { findRedis, type RedisEngine, startRedis } from "../store/redis-engine.ts";
import { growthOf } from "./growth.ts";
import type { Held } from "./instance-probe.ts";
import { runClients, type SoakActivity } from "./soak-clients.ts";

export interface SoakOptions {
  readonly seconds: number;
  /** From one look at the instances and the store to the next. */
  readonly sampleSeconds: number;
  /** The clients' pauses, as parts of those of people. */
  readonly pace: number;
  readonly onSample?: (sample: SoakSample) => void;
}

/** Resources of all instances, and of the store. */
interface SoakSample extends Held {
  /** Items that expire soon after they are no longer needed: those of calls, sessions and tasks. */
  readonly items: number;
  /** Items that are kept for hours, for clients that come back, for each session that was opened. */
  readonly keptPerSession: number;
}

export interface SoakReport extends Omit<SoakActivity, "failures"> {
  /** Why clients failed, and how many did for it. */
  readonly failures: Readonly<Record<string, number>>;
  /** A sentence for each figure that grew. */
  readonly growth: readonly string[];
}

const SERVER = fileURLToPath(new URL("./soak-server.ts", import.meta.url));
const PROBE = new URL("./instance-probe.ts", import.meta.url).href;
const INSTANCES = 2;
/** All clients come from one address, and what they leave behind has to expire within the run. */
const SETTINGS = {
  MCP_ANYCLOUD_RATE_LIMITS: "session=1000000/300",
  MCP_ANYCLOUD_SESSION_SECONDS: "60",
  MCP_ANYCLOUD_SESSION_GRACE_SECONDS: "0",
  MCP_ANYCLOUD_LOG_LEVEL: "silent",
};
/** Growth that is allowed whatever the noise: pages that V8 keeps, and clients that happen to be there. */
const ALLOWED: Readonly<Record<keyof SoakSample, number>> = {
  residentBytes: 12_000_000,
  heapBytes: 1_500_000,
  timers: 12,
  handles: 12,
  items: 20,
  keptPerSession: 2,
};

/** Lets clients come and go at instances in processes of their own, over a Redis server, and reports what grew meanwhile. */
export async function runSoak({ seconds, sampleSeconds, pace, onSample }: SoakOptions): Promise<SoakReport> {
  const redis = findRedis();
  if (!redis) throw new Error("redis-server is not installed.");
  await using started = new AsyncDisposableStack();
  const artefact = await mkdtemp(join(tmpdir(), "soak-"));
  started.defer(() => rm(artefact, { recursive: true }));
  await buildTarget({ platform: "container", entry: SERVER, outDir: artefact });
  const store = await startRedis(redis);
  started.defer(() => store.close());
  const instances: Array<{ readonly instance: Instance; readonly port: number }> = [];
  for (let number = 0; number < INSTANCES; number++) {
    const port = await freePort();
    const environment = { ...SETTINGS, MCP_ANYCLOUD_REDIS_URL: store.url, PORT: String(port) };
    const command = ["--expose-gc", "--import", PROBE, join(artefact, "server.mjs")];
    const instance = startInstance({ command, cwd: artefact, environment });
    started.defer(() => instance.stop());
    instances.push({ instance, port });
    while (!(await isServing(port))) await sleep(50);
  }
  let turn = 0;
  const pickPort = (): number => (instances[turn++ % INSTANCES] as (typeof instances)[0]).port;
  const over = new AbortController();
  const activity: SoakActivity = { done: {}, heard: 0, failures: [] };
  const running = runClients({ activity, pickPort, over: over.signal, pace });
  const samples: SoakSample[] = [];
  const endsAt = performance.now() + seconds * 1000;
  while (performance.now() < endsAt) {
    await sleep(sampleSeconds * 1000);
    const held = await Promise.all(instances.map(({ instance }) => heldBy(instance)));
    const sum = (of: (one: Held) => number): number => held.reduce((total, one) => total + of(one), 0);
    const sample = {
      residentBytes: sum(({ residentBytes }) => residentBytes),
      heapBytes: sum(({ heapBytes }) => heapBytes),
      timers: sum(({ timers }) => timers),
      handles: sum(({ handles }) => handles),
      ...(await itemsOf(store, activity.done.sessions ?? 0)),
    };
    samples.push(sample);
    onSample?.(sample);
  }
  over.abort();
  await running;
  const { failures, ...clients } = activity;
  const names = Object.keys(ALLOWED) as Array<keyof SoakSample>;
  const growth = names.map((name) => {
    return growthOf(
      name,
      samples.map((sample) => sample[name]),
      ALLOWED[name],
    );
  });
  return { ...clients, failures: countOf(failures), growth: growth.filter((found) => found !== undefined) };
}

const isServing = (port: number): Promise<boolean> =>
  sendTo(port, { method: "GET", path: "/health", headers: {} }).then(
    (response) => response.resume().statusCode === 200,
    () => false,
  );

async function heldBy({ process, exited }: Instance): Promise<Held> {
  const answer = once(process, "message");
  process.send("held");
  const ended = exited.then((how) => {
    throw new Error(`an instance ended: ${how}`);
  });
  ended.catch(() => {});
  const [held] = (await Promise.race([answer, ended])) as [Held];
  return held;
}

/** Seconds in which items of sessions and tasks expire, by SETTINGS and the server; logs are kept for an hour and more. */
const SOON_SECONDS = 130;

/**
 * Counts items as adapters/redis/scripts.ts stores them. The number that a log came to is kept for eight days, so that it is longer
 * there than any session: it is not counted.
 */
const COUNT = `
local soon, kept, now = 0, 0, tonumber(ARGV[1])
for _, key in ipairs(redis.call('KEYS', 'mcp-anycloud:*:items')) do
  if not string.find(key, '{last/', 1, true) then
    for _, item in ipairs(redis.call('HVALS', key)) do
      local left = tonumber(string.match(item, '^%d+ (%d+) ')) - now
      if left > ${SOON_SECONDS} then kept = kept + 1 elseif left > 0 then soon = soon + 1 end
    end
  end
end
return soon .. ' ' .. kept`.replaceAll("\n", " ");

async function itemsOf(store: RedisEngine, sessions: number): Promise<Pick<SoakSample, "items" | "keptPerSession">> {
  const answer = await store.send(`EVAL "${COUNT}" 0 ${Math.floor(Date.now() / 1000)}`);
  const [, items, kept] = /(\d+) (\d+)\r\n$/.exec(answer) ?? [];
  if (items === undefined) throw new Error(`Redis could not count its items: ${answer}`);
  return { items: Number(items), keptPerSession: Math.round((10 * Number(kept)) / Math.max(1, sessions)) / 10 };
}

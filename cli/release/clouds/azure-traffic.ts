import { join } from "node:path";
import { AnycloudError } from "../../../src/adapter.ts";
import { artefactHash } from "../artefact-hash.ts";
import type { Candidate, TrafficControl } from "../cloud-release.ts";
import { type Infrastructure, readOutputs } from "../infrastructure.ts";
import type { Tools } from "../tool.ts";
import { countRequests, type Pause, publishTo } from "./azure-app.ts";
import { candidateOf, findPool, type Pool, type PooledApp, sharePool } from "./azure-pool.ts";

/** Shares the requests among two function apps behind API Management. The next version goes to the one that no client reaches. */
export function azureTraffic(infrastructure: Infrastructure, tools: Tools, pause?: Pause): TrafficControl {
  const built = join(infrastructure.folder, "dist", "azure");
  let shiftedAt = new Date();

  async function readPool(): Promise<Pool> {
    const { app } = await readOutputs(infrastructure, tools);
    const pool = await findPool(app, true, tools);
    if (pool) return pool;
    throw new AnycloudError("CONFIG_INVALID", "The backend pool of API Management is gone: run terraform apply.");
  }

  async function toCandidate({ name, url }: PooledApp, before?: PooledApp): Promise<Candidate> {
    const { pathname } = new URL((await readOutputs(infrastructure, tools)).mcp_url);
    return { name, url: new URL(pathname, url).href, before: before?.name };
  }

  return {
    async candidate() {
      const pool = await readPool();
      const hash = tools.dryRun ? "HASH" : artefactHash(built);
      // This very artefact has all of the traffic: the version before must stay where a rollback finds it.
      if (pool.beside === `version before ${hash}`) return toCandidate(pool.live);
      if (candidateOf(pool) !== hash) {
        // From here on the other app is nothing to go back to, and gets no request while its package is replaced.
        await sharePool(pool, 0, "nothing", tools);
        await publishTo(pool.other.name, built, tools, pause);
        await sharePool(pool, 0, `candidate ${hash}`, tools);
      }
      return toCandidate(pool.other, pool.live);
    },
    async waiting() {
      const pool = await readPool();
      if (candidateOf(pool) !== undefined) return toCandidate(pool.other, pool.live);
      const how = "deploy one with deploy azure --candidate";
      throw new AnycloudError("CONFIG_INVALID", `There is no candidate at ${pool.other.name}: ${how}.`);
    },
    async shift(percent) {
      const pool = await readPool();
      if (candidateOf(pool) !== undefined) await sharePool(pool, percent, pool.beside, tools);
      shiftedAt = new Date();
    },
    async watched(version) {
      const { log_location: insights } = await readOutputs(infrastructure, tools);
      // Earlier lines of an app are those of the version that it held before.
      return countRequests({ insights, from: shiftedAt, to: new Date(), app: version }, tools);
    },
    async promote() {
      const pool = await readPool();
      const hash = candidateOf(pool);
      if (hash === undefined) return pool.live.name;
      await sharePool(pool, 100, `version before ${hash}`, tools);
      return pool.other.name;
    },
  };
}

import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AnycloudError } from "../../../src/adapter.ts";
import type { CloudRelease } from "../cloud-release.ts";
import { type Infrastructure, readOutputs } from "../infrastructure.ts";
import type { Tools } from "../tool.ts";
import { countRequests, type Pause, publishTo, toApp } from "./azure-app.ts";
import { candidateOf, findPool, type Pool, sharePool } from "./azure-pool.ts";
import { azureTraffic } from "./azure-traffic.ts";
import { applyTerraform, destroyTerraform } from "./terraform-steps.ts";

interface AzureOptions {
  readonly yes: boolean;
  readonly pause?: Pause;
}

/**
 * Releases to a function app on Flex Consumption, which has no slots and keeps no earlier version: a new package replaces
 * instances one by one, and is watched in Application Insights. The package before is kept in `.mcp-anycloud/`, from where
 * `rollback` publishes it again. With a second app behind API Management, a version goes to the one that no client reaches.
 */
export function azureRelease(infrastructure: Infrastructure, tools: Tools, options: AzureOptions): CloudRelease {
  const { yes, pause } = options;
  const kept = join(infrastructure.folder, ".mcp-anycloud", "release", "azure");
  const built = join(infrastructure.folder, "dist", "azure");
  const outputs = (): ReturnType<typeof readOutputs> => readOutputs(infrastructure, tools);
  const pooled = async (expected = false): Promise<Pool | undefined> =>
    findPool((await outputs()).app, expected, tools);

  const publishFrom = async (folder: string): Promise<void> =>
    publishTo(toApp((await outputs()).app).name, folder, tools, pause);

  /** Keeps what is live now, for a rollback, once the new package is there. */
  function keep(): void {
    if (tools.dryRun) return;
    const [live, before] = [join(kept, "live"), join(kept, "before")];
    mkdirSync(kept, { recursive: true });
    if (existsSync(live)) {
      rmSync(before, { recursive: true, force: true });
      cpSync(live, before, { recursive: true });
    }
    rmSync(live, { recursive: true, force: true });
    cpSync(built, live, { recursive: true });
  }

  /** Goes back to what the other app holds. */
  async function swapBack(pool: Pool): Promise<string> {
    if (candidateOf(pool) !== undefined) {
      await sharePool(pool, 0, "nothing", tools);
      return pool.live.name;
    }
    if (pool.beside.startsWith("version before ")) {
      await sharePool(pool, 100, "nothing", tools);
      return pool.other.name;
    }
    const sentence = `${pool.other.name} holds no version to go back to: check out the commit before, build it and deploy it.`;
    throw new AnycloudError("CONFIG_INVALID", sentence);
  }

  return {
    outputs,
    apply: () => applyTerraform(infrastructure, tools, yes),
    async traffic(expected) {
      const pool = await pooled(expected);
      if (pool && pool.beside !== "unreleased") return azureTraffic(infrastructure, tools, pause);
      if (expected) throw new AnycloudError("USAGE", pool ? FIRST_VERSION : ONE_APP);
      return undefined;
    },
    async publish() {
      const pool = await pooled();
      await publishFrom(built);
      if (pool) await sharePool(pool, 0, "nothing", tools);
      else keep();
    },
    async requests(from, to) {
      return countRequests({ insights: (await outputs()).log_location, from, to }, tools);
    },
    async rollback() {
      const pool = await pooled();
      if (pool) return swapBack(pool);
      const before = join(kept, "before");
      if (!tools.dryRun && !existsSync(before)) {
        const how = "check out the commit before, build it and deploy it";
        throw new AnycloudError(
          "CONFIG_INVALID",
          `Azure keeps no earlier version, and this machine published none: ${how}.`,
        );
      }
      await publishFrom(before);
      if (!tools.dryRun) {
        rmSync(join(kept, "live"), { recursive: true, force: true });
        cpSync(before, join(kept, "live"), { recursive: true });
      }
      return "the package before";
    },
    async status() {
      const pool = await pooled();
      if (pool) {
        const { live, other, beside } = pool;
        return [live, other].map(({ name, percent, url }) => ({
          version: name,
          percent,
          note: name === live.name ? "" : `${beside} ${url}`,
        }));
      }
      const { app } = await outputs();
      const query = "{state: properties.state, changed: properties.lastModifiedTimeUtc}";
      const args = ["resource", "show", "--ids", app, "--query", query, "--output", "json"];
      const text = await tools.look({ program: "az", args }, '{"state":"STATE","changed":"TIME"}');
      const { state, changed } = JSON.parse(text) as { state: string; changed: string };
      return [{ version: toApp(app).name, percent: 100, note: `${state} since ${changed}` }];
    },
    async logs(follow) {
      const { app, log_location } = await outputs();
      if (follow) {
        const name = (await pooled())?.live.name ?? toApp(app).name;
        return tools.change({ program: "func", args: ["azure", "functionapp", "logstream", name] });
      }
      const query =
        "traces | where timestamp > ago(1h) | order by timestamp desc | take 100 | project timestamp, message";
      const args = ["monitor", "app-insights", "query", "--ids", log_location, "--analytics-query", query];
      await tools.change({ program: "az", args: [...args, "--output", "table"] });
    },
    destroy: () => destroyTerraform(infrastructure, tools, yes),
  };
}

const ONE_APP =
  "There is one function app, and Flex Consumption has no slots: set candidate = true in gateway of infra/azure, or leave --candidate out.";
const FIRST_VERSION = "There is no version yet beside which a candidate could stand: leave --candidate out this once.";

import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { AnycloudError } from "../../../src/adapter.ts";
import type { CloudRelease } from "../cloud-release.ts";
import { type Infrastructure, readOutputs } from "../project.ts";
import type { Tools } from "../tool.ts";
import { applyTerraform, destroyTerraform } from "./terraform-steps.ts";

/**
 * Seconds between attempts to publish. The first one after `terraform apply` is refused with 403 until the role of whoever
 * deploys is known everywhere (Azure/azure-dev#8026).
 */
const WAITS_SECONDS = [10, 20, 40, 80];

interface AzureOptions {
  readonly yes: boolean;
  /** Waits so many seconds; a test waits less. */
  readonly pause?: (seconds: number) => Promise<unknown>;
}

/**
 * Releases to a function app on Flex Consumption, which has no slots and keeps no earlier version: a new package replaces
 * instances one by one, and is watched in Application Insights. The package before is kept in `.mcp-anycloud/`, from where
 * `rollback` publishes it again.
 */
export function azureRelease(infrastructure: Infrastructure, tools: Tools, options: AzureOptions): CloudRelease {
  const { yes, pause = (seconds) => wait(seconds * 1000) } = options;
  const kept = join(infrastructure.folder, ".mcp-anycloud", "release", "azure");
  const built = join(infrastructure.folder, "dist", "azure");
  const outputs = (): ReturnType<typeof readOutputs> => readOutputs(infrastructure, tools);

  async function publishFrom(folder: string): Promise<void> {
    const { name } = toApp((await outputs()).app);
    const command = {
      program: "func",
      args: ["azure", "functionapp", "publish", name, "--no-build", "--javascript"],
      folder,
    };
    for (const seconds of WAITS_SECONDS) {
      try {
        return await tools.change(command);
      } catch (error) {
        if (!(error instanceof AnycloudError) || error.message.includes("is not installed")) throw error;
        await pause(seconds);
      }
    }
    await tools.change(command);
  }

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

  return {
    outputs,
    apply: () => applyTerraform(infrastructure, tools, yes),
    async publish() {
      await publishFrom(built);
      keep();
    },
    async requests(from, to) {
      const { log_location } = await outputs();
      const query = REQUESTS.replace("FROM", from.toISOString()).replace("TO", to.toISOString());
      const args = ["monitor", "app-insights", "query", "--ids", log_location, "--analytics-query", query];
      const command = { program: "az", args: [...args, "--offset", "2h", "--output", "json"] };
      const { tables } = JSON.parse(await tools.look(command, DRY_ANSWER)) as { tables: { rows: number[][] }[] };
      const [requests = 0, failed = 0] = tables[0]?.rows[0] ?? [];
      return { requests, failed };
    },
    async rollback() {
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
        return tools.change({ program: "func", args: ["azure", "functionapp", "logstream", toApp(app).name] });
      }
      const query =
        "traces | where timestamp > ago(1h) | order by timestamp desc | take 100 | project timestamp, message";
      const args = ["monitor", "app-insights", "query", "--ids", log_location, "--analytics-query", query];
      await tools.change({ program: "az", args: [...args, "--output", "table"] });
    },
    destroy: () => destroyTerraform(infrastructure, tools, yes),
  };
}

/** The lines of requests, as templates/azure/observability.tf finds them: all, and those that failed. */
const REQUESTS = [
  "traces",
  "where timestamp between (datetime(FROM) .. datetime(TO))",
  'where message startswith "{" and message has "\\"message\\":\\"request\\""',
  "extend line = parse_json(message)",
  "where isnotempty(line.mcpMethod)",
  'summarize requests = sum(itemCount), failed = sumif(itemCount, toint(line.status) >= 500 or tostring(line.outcome) == "tool_error")',
].join(" | ");

const DRY_ANSWER = '{"tables":[{"rows":[[0,0]]}]}';

/** `/subscriptions/…/resourceGroups/…/providers/Microsoft.Web/sites/<name>`. Throws CONFIG_INVALID for anything else. */
function toApp(id: string): { readonly name: string } {
  const [, name] = /\/providers\/Microsoft\.Web\/sites\/([^/]+)$/i.exec(id) ?? [];
  if (name) return { name };
  throw new AnycloudError("CONFIG_INVALID", `The output app is no function app: ${id}. Pass on module.mcp.app.`);
}

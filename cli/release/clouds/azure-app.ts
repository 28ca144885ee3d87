import { setTimeout as wait } from "node:timers/promises";
import { AnycloudError } from "../../../src/adapter.ts";
import { Interruption } from "../../signals/interruption.ts";
import type { Traffic } from "../cloud-release.ts";
import type { Tools } from "../tool.ts";

/** A function app, by the parts of its id. */
export interface AppId {
  /** The id of its resource group. */
  readonly group: string;
  readonly name: string;
}

/** `/subscriptions/…/resourceGroups/…/providers/Microsoft.Web/sites/<name>`. Throws CONFIG_INVALID for anything else. */
export function toApp(id: string): AppId {
  const [, group, name] = /^(.+)\/providers\/Microsoft\.Web\/sites\/([^/]+)$/i.exec(id) ?? [];
  if (group && name) return { group, name };
  throw new AnycloudError("CONFIG_INVALID", `The output app is no function app: ${id}. Pass on module.mcp.app.`);
}

/**
 * Seconds between attempts to publish. The first one after `terraform apply` is refused with 403 until the role of whoever
 * deploys is known everywhere (Azure/azure-dev#8026).
 */
const WAITS_SECONDS = [10, 20, 40, 80];

/** Waits so many seconds; a test waits less. */
export type Pause = (seconds: number) => Promise<unknown>;
const pauseSeconds: Pause = (seconds) => wait(seconds * 1000);

/** Publishes a package to the function app of this name. */
export async function publishTo(
  name: string,
  folder: string,
  tools: Tools,
  pause: Pause = pauseSeconds,
): Promise<void> {
  const args = ["azure", "functionapp", "publish", name, "--no-build", "--javascript"];
  const command = { program: "func", args, folder };
  for (const seconds of WAITS_SECONDS) {
    try {
      return await tools.change(command);
    } catch (error) {
      if (!(error instanceof AnycloudError) || error instanceof Interruption) throw error;
      if (error.message.includes("is not installed")) throw error;
      await pause(seconds);
    }
  }
  await tools.change(command);
}

/** Requests of a time, by their lines in Application Insights. */
export interface Asked {
  /** The id of the Application Insights resource. */
  readonly insights: string;
  readonly from: Date;
  readonly to: Date;
  /** Default: all function apps that write there. */
  readonly app?: string;
}

/** Counts requests, and those that failed. */
export async function countRequests({ insights, from, to, app }: Asked, tools: Tools): Promise<Traffic> {
  const query = [
    "traces",
    `where timestamp between (datetime(${from.toISOString()}) .. datetime(${to.toISOString()}))`,
    ...(app === undefined ? [] : [`where cloud_RoleName =~ "${app}"`]),
    ...REQUESTS,
  ].join(" | ");
  const args = ["monitor", "app-insights", "query", "--ids", insights, "--analytics-query", query];
  const command = { program: "az", args: [...args, "--offset", "2h", "--output", "json"] };
  const { tables } = JSON.parse(await tools.look(command, DRY_ANSWER)) as { tables: { rows: number[][] }[] };
  const [requests = 0, failed = 0] = tables[0]?.rows[0] ?? [];
  return { requests, failed };
}

/** The lines of requests, as templates/azure/observability.tf finds them: all, and those that failed. */
const REQUESTS = [
  'where message startswith "{" and message has "\\"message\\":\\"request\\""',
  "extend line = parse_json(message)",
  "where isnotempty(line.mcpMethod)",
  'summarize requests = sum(itemCount), failed = sumif(itemCount, toint(line.status) >= 500 or tostring(line.outcome) == "tool_error")',
];

const DRY_ANSWER = '{"tables":[{"rows":[[0,0]]}]}';

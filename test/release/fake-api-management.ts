import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "../../cli/release/tool.ts";
import { askInsights, type SeenRequest } from "./fake-insights.ts";
import { readArguments } from "./strict-arguments.ts";

const GROUP = "/subscriptions/s/resourceGroups/notes";
const SERVICE = `${GROUP}/providers/Microsoft.ApiManagement/service/notes-abc123`;
export const APPS = ["notes-abc123", "notes-abc123b"] as const;
export type App = (typeof APPS)[number];

export const OUTPUTS = {
  app: `${GROUP}/providers/Microsoft.Web/sites/${APPS[0]}`,
  log_location: `${GROUP}/providers/Microsoft.Insights/components/notes`,
};

interface PoolProperties {
  readonly type: string;
  readonly description: string;
  readonly pool: { readonly services: readonly { id: string; priority: number; weight: number }[] };
}

/** Function apps behind API Management, as far as releases see them. */
export interface FunctionApps {
  /** Whether there is a gateway, and whether it knows two apps. */
  gateway: "none" | "one app" | "two apps";
  /** The text of `index.mjs` in the package that each app runs. */
  readonly packages: Partial<Record<App, string>>;
  /** Where each app answers. */
  readonly urls: Record<App, string>;
  pool: PoolProperties;
  readonly requests: SeenRequest[];
  /** Percent of the requests by app, without those that get none. */
  shares(): Partial<Record<App, number>>;
  readonly az: (command: Command) => string;
  readonly func: (command: Command) => string;
}

const backendOf = (app: App): string => `${SERVICE}/backends/${app}`;

/** The apps right after `terraform apply`, or with a version that has all traffic. */
export function fakeFunctionApps(description = "nothing"): FunctionApps {
  const world: FunctionApps = {
    gateway: "two apps",
    packages: {},
    urls: { "notes-abc123": "https://notes-abc123.test", "notes-abc123b": "https://notes-abc123b.test" },
    pool: {
      type: "Pool",
      description,
      pool: { services: [{ id: backendOf(APPS[0]), priority: 1, weight: 100 }] },
    },
    requests: [],
    shares: () =>
      Object.fromEntries(world.pool.pool.services.map(({ id, weight }) => [id.slice(id.lastIndexOf("/") + 1), weight])),
    az: ({ args }) =>
      args[0] === "rest" ? rest(world, args) : askInsights(args, OUTPUTS.log_location, world.requests),
    func({ args, folder = "" }) {
      const switches = ["--no-build", "--javascript"];
      const takes = { words: ["azure", "functionapp", "publish"], positionals: 1, switches, needs: switches };
      const app = APPS.find((one) => one === readArguments(args, takes).positionals[0]);
      if (!app) throw new Error(`Can't find app: ${args.join(" ")}`);
      if ((world.shares()[app] ?? 0) > 0 && world.pool.description !== "unreleased") {
        throw new Error(`${app} has requests while its package is replaced`);
      }
      world.packages[app] = readFileSync(join(folder, "index.mjs"), "utf8");
      return "";
    },
  };
  return world;
}

/** `az rest`, for what API Management of 2024-05-01 takes, and the list of an app's functions. */
function rest(world: FunctionApps, args: readonly string[]): string {
  const { flags } = readArguments(args, {
    words: ["rest"],
    values: ["--method", "--url", "--headers", "--body", "--output"],
    needs: ["--method", "--url", "--output"],
  });
  const [path, query] = (flags["--url"] ?? "").split("?");
  if (flags["--method"] === "get" && path === `${OUTPUTS.app}/functions` && query === "api-version=2024-11-01") {
    return JSON.stringify({ value: world.packages[APPS[0]] === undefined ? [] : [{ name: `${APPS[0]}/mcp` }] });
  }
  if (query !== "api-version=2024-05-01") throw new Error(`no such version: ${query}`);
  if (flags["--method"] === "get" && path === `${GROUP}/providers/Microsoft.ApiManagement/service`) {
    return JSON.stringify({ value: world.gateway === "none" ? [] : [{ name: APPS[0] }] });
  }
  if (flags["--method"] === "get" && path === `${SERVICE}/backends` && world.gateway !== "none") {
    return JSON.stringify({ value: world.gateway === "one app" ? [] : backends(world) });
  }
  if (flags["--method"] !== "put" || path !== `${SERVICE}/backends/mcp`) throw new Error(`not found: ${path}`);
  // "Not required when creating an entity, but required when updating an entity."
  if (flags["--headers"] !== "If-Match=*") throw new Error("If-Match is missing");
  const { properties, ...others } = JSON.parse(flags["--body"] ?? "{}") as { properties: PoolProperties };
  world.pool = checkPool(properties, others);
  return "{}";
}

const backends = (world: FunctionApps): object[] => [
  ...APPS.map((app) => ({ id: backendOf(app), name: app, properties: { type: "Single", url: world.urls[app] } })),
  { id: `${SERVICE}/backends/mcp`, name: "mcp", properties: world.pool },
];

/** Throws for a pool that the service refuses, such as one with `url` (Azure/azure-rest-api-specs#35713). */
function checkPool(properties: PoolProperties, others: object): PoolProperties {
  const names = [...Object.keys(properties), ...Object.keys(others)].sort().join();
  if (names !== "description,pool,type" || properties.type !== "Pool") throw new Error(`no pool: ${names}`);
  if (!(properties.description.length > 0)) throw new Error("a description has one character at least");
  const { services } = properties.pool;
  for (const { id, priority, weight, ...more } of services) {
    if (!APPS.some((app) => backendOf(app) === id)) throw new Error(`no backend ${id}`);
    if (priority !== 1 || !Number.isInteger(weight) || weight < 1 || weight > 100 || Object.keys(more).length > 0) {
      throw new Error(`no weight of 1 to 100: ${weight}`);
    }
  }
  if (services.length === 0) throw new Error("a pool has one backend at least");
  return properties;
}

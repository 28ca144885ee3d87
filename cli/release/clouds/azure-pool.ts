import { AnycloudError } from "../../../src/adapter.ts";
import type { Command, Tools } from "../tool.ts";
import { toApp } from "./azure-app.ts";

/** One of the two function apps that API Management shares requests among. */
export interface PooledApp {
  readonly name: string;
  /** Where it alone answers. */
  readonly url: string;
  /** Id of its backend. */
  readonly backend: string;
  /** Share of the requests, in percent. */
  readonly percent: number;
}

/**
 * The content of the app that most clients do not reach: a candidate, by the hash of its artefact; the version before that one which
 * has this hash; or nothing that anybody should get. `unreleased`: neither app holds a version yet.
 */
export type Beside = `candidate ${string}` | `version before ${string}` | "nothing" | "unreleased";

/** How API Management shares the requests, as it is written in the pool itself: machines that deploy share no disk. */
export interface Pool {
  readonly id: string;
  /** The app that most clients reach. */
  readonly live: PooledApp;
  readonly other: PooledApp;
  readonly beside: Beside;
}

interface Backend {
  readonly id: string;
  readonly name: string;
  readonly properties: {
    readonly type?: string;
    readonly url?: string;
    readonly description?: string;
    readonly pool?: { readonly services: readonly { readonly id: string; readonly weight?: number }[] };
  };
}

const API_MANAGEMENT = "api-version=2024-05-01";
const APP_SERVICE = "api-version=2024-11-01";

/** Name of the pool that templates/azure/second-app.tf makes. The backends in it have the names of their apps. */
const POOL = "mcp";

const rest = (method: string, url: string, ...more: string[]): Command => ({
  program: "az",
  args: ["rest", "--method", method, "--url", url, ...more, "--output", "json"],
});

/**
 * Finds the pool of a function app. Undefined where there is none: no API Management, or one with a single app. A dry run, which
 * sees none, believes `expected`. Throws CONFIG_INVALID where somebody else changed the pool.
 */
export async function findPool(app: string, expected: boolean, tools: Tools): Promise<Pool | undefined> {
  if (tools.dryRun && !expected) return undefined;
  const { group, name } = toApp(app);
  const services = `${group}/providers/Microsoft.ApiManagement/service`;
  const list = async (url: string, instead: object): Promise<readonly Backend[]> => {
    const text = await tools.look(rest("get", url), JSON.stringify({ value: instead }));
    return (JSON.parse(text) as { value: readonly Backend[] }).value;
  };
  // The gateway has the name of the app (templates/azure/gateway.tf).
  const gateways = await list(`${services}?${API_MANAGEMENT}`, [{ name }]);
  if (!gateways.some((service) => service.name === name)) return undefined;
  const at = `${services}/${name}/backends`;
  const backends = await list(`${at}?${API_MANAGEMENT}`, dryBackends(at, name));
  const found = backends.find((backend) => backend.name === POOL);
  const pool = found && toPool(found, backends, name);
  if (pool?.beside !== "unreleased") return pool;
  // The pool may be newer than the app: then a version stands there, beside which a candidate can stand.
  const functions = await list(`${app}/functions?${APP_SERVICE}`, []);
  return functions.length > 0 ? { ...pool, beside: "nothing" } : pool;
}

function toPool({ id, properties }: Backend, backends: readonly Backend[], name: string): Pool {
  const shares = properties.pool?.services ?? [];
  const apps = backends
    .filter((backend) => backend.properties.type === "Single" && backend.name.startsWith(name))
    .map((backend): PooledApp => {
      const share = shares.find((service) => service.id.toLowerCase() === backend.id.toLowerCase());
      const { url = "" } = backend.properties;
      return { name: backend.name, url, backend: backend.id, percent: share?.weight ?? 0 };
    });
  const [live, other, ...more] = apps.toSorted((a, b) => b.percent - a.percent);
  const beside = BESIDE.exec(properties.description ?? "")?.[0] as Beside | undefined;
  if (live && other && more.length === 0 && live.percent + other.percent === 100 && beside) {
    return { id, live, other, beside };
  }
  const sentence = `The backend pool ${POOL} of API Management was changed by somebody else: terraform apply -replace='module.mcp.azapi_resource.pool[0]' makes it again, with all traffic at ${name}.`;
  throw new AnycloudError("CONFIG_INVALID", sentence);
}

const BESIDE = /^((candidate|version before) \w+|nothing|unreleased)$/;

/** The hash of the candidate that waits in the other app; undefined where none does. */
export const candidateOf = ({ beside }: Pool): string | undefined => /^candidate (\w+)$/.exec(beside)?.[1];

/** Gives each app its share of the requests, and writes down what lies beside the one that serves. */
export async function sharePool(
  { id, live, other }: Pool,
  otherPercent: number,
  beside: Beside,
  tools: Tools,
): Promise<void> {
  // A backend without a share stays out: what a weight of 0 means is not written anywhere.
  const services = [
    { id: live.backend, priority: 1, weight: 100 - otherPercent },
    { id: other.backend, priority: 1, weight: otherPercent },
  ].filter(({ weight }) => weight > 0);
  const properties = { type: "Pool", description: beside, pool: { services } };
  const body = ["--headers", "If-Match=*", "--body", JSON.stringify({ properties })];
  await tools.change(rest("put", `${id}?${API_MANAGEMENT}`, ...body));
}

/** Shown by a dry run in place of what only Azure knows. */
const dryBackends = (at: string, name: string): Backend[] => [
  ...[name, `${name}b`].map((app) => ({
    id: `${at}/${app}`,
    name: app,
    properties: { type: "Single", url: `https://${app}` },
  })),
  {
    id: `${at}/${POOL}`,
    name: POOL,
    properties: {
      type: "Pool",
      description: "candidate WAITING",
      pool: { services: [{ id: `${at}/${name}`, weight: 100 }] },
    },
  },
];

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Cloud } from "../../cli/clouds.ts";
import { deploy } from "../../cli/release/deploy.ts";
import { startLocalTable } from "../../emulators/local-table.ts";
import { createRandom } from "../chaos/random.ts";
import { builtArtefact } from "../support/artefacts.ts";
import { startAzureApp, startAzureApps } from "./azure-app.ts";
import { type Callers, type CallsReport, startCallers } from "./callers.ts";
import { build, type DrillCloud, type DrillCloudOptions } from "./drill-cloud.ts";
import type { Version } from "./drill-server.ts";
import { startGoogleCloud } from "./google-cloud.ts";
import { startLambdaVersions } from "./lambda-versions.ts";

export interface DrillOptions {
  readonly place: Place;
  readonly clients: number;
  readonly seed: number;
}

/** The calls of clients beside one bad version. */
export interface DrillReport extends CallsReport {
  /** The sentence with which `deploy` ended. */
  readonly told: string;
  /** Whether the version was given a share of the traffic alone. */
  readonly isShared: boolean;
  /** Requests that the bad version got, and those of all versions meanwhile. */
  readonly toBad: number;
  readonly toAll: number;
  /** Calls that failed after the bad version was taken back. */
  readonly failedAfter: number;
  /** Whether the version before has all traffic again. */
  readonly isBack: boolean;
}

export type BadVersion = Exclude<Version, "good">;

interface Drilled {
  readonly cloud: Cloud;
  readonly start: (options: DrillCloudOptions) => Promise<DrillCloud>;
  readonly bad: readonly BadVersion[];
}

/** A cloud, and how it releases there. */
export type Place = Cloud | "azure with two apps";

const DRILLED: Readonly<Record<Place, Drilled>> = {
  aws: { cloud: "aws", start: startLambdaVersions, bad: ["broken", "flaky"] },
  // A new package of the one app reaches clients before its smoke test, so a broken one would fail all of them until then.
  azure: { cloud: "azure", start: startAzureApp, bad: ["flaky"] },
  "azure with two apps": { cloud: "azure", start: startAzureApps, bad: ["broken", "flaky"] },
  gcp: { cloud: "gcp", start: startGoogleCloud, bad: ["broken", "flaky"] },
};

/** The places that the drill is run at. */
export const DRILL_PLACES = Object.keys(DRILLED) as Place[];

/** Calls between two looks of the watch. */
const CALLS_PER_LOOK = 200;

/** Deploys one bad version after the other by the verb while clients with sessions call, and reports what they noticed. */
export async function runDrill({
  place,
  clients,
  seed,
}: DrillOptions): Promise<Partial<Record<BadVersion, DrillReport>>> {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "drill-"));
  resources.defer(() => rm(folder, { recursive: true }));
  const table = await startLocalTable();
  resources.defer(() => table.close());
  let callers: Callers | undefined;
  const pause = async (): Promise<void> => callers?.after(CALLS_PER_LOOK);
  // All clients come from one address.
  const environment = { ...table.environment, MCP_ANYCLOUD_RATE_LIMITS: "session=1000000/300" };
  const { cloud, start, bad } = DRILLED[place];
  await putBuild(folder, cloud, "good");
  const world = await start({ folder, environment, random: createRandom(seed), pause, resources });
  const running = startCallers(world.port, { clients, inFlight: Math.min(clients, 8) });
  callers = running;
  resources.defer(async () => void (await running.stop()));
  await running.after(2 * clients);
  const reports: Partial<Record<BadVersion, DrillReport>> = {};
  for (const version of bad) {
    await putBuild(folder, cloud, version);
    reports[version] = await deployBad(world, running, { clients, pause });
  }
  return reports;
}

async function deployBad(
  world: DrillCloud,
  callers: Callers,
  { clients, pause }: { readonly clients: number; pause(): Promise<void> },
): Promise<DrillReport> {
  const before = world.serving();
  const [reportBefore, sentBefore] = [callers.report(), { ...world.sent }];
  const options = { headers: {}, smoke: {}, allowBreaking: false, dryRun: false, print: () => {}, candidate: false };
  const told = await deploy(world.infrastructure, world.release, { ...options, pause }).then(
    ({ version }) => `${version} was promoted`,
    (error: Error) => error.message,
  );
  const sentTo = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + (world.sent[name] ?? 0) - (sentBefore[name] ?? 0), 0);
  const versions = Object.keys(world.sent);
  const toBad = sentTo(versions.filter((name) => !before.includes(name)));
  const toAll = sentTo(versions);
  // Calls that are in flight at the bad version end.
  await callers.after(clients);
  const failedThen = callers.report().failed;
  await callers.after(2 * clients);
  const { calls, failed, lostSessions, wrong } = callers.report();
  return {
    calls: calls - reportBefore.calls,
    failed: failed - reportBefore.failed,
    lostSessions,
    wrong,
    told,
    isShared: world.isShared,
    toBad,
    toAll,
    failedAfter: failed - failedThen,
    isBack: String(world.serving()) === String(before),
  };
}

async function putBuild(folder: string, cloud: Cloud, version: Version): Promise<void> {
  const entry = fileURLToPath(new URL(`./servers/${version}.ts`, import.meta.url));
  const artefact = await builtArtefact(cloud, entry, "server");
  build(artefact.folder, join(folder, "dist", cloud));
  await artefact.release();
}

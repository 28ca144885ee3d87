import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { artefactHash } from "../../cli/release/artefact-hash.ts";
import { azureRelease } from "../../cli/release/clouds/azure-release.ts";
import type { Infrastructure } from "../../cli/release/infrastructure.ts";
import type { Command } from "../../cli/release/tool.ts";
import { startAzureEmulator } from "../../emulators/azure/emulator.ts";
import type { Emulator } from "../../emulators/emulator.ts";
import { APPS, fakeFunctionApps, OUTPUTS } from "../release/fake-api-management.ts";
import { fakeTools } from "../release/fake-tools.ts";
import { build, type DrillCloud, type DrillCloudOptions, requestLineOf } from "./drill-cloud.ts";
import { type Share, startWeightedIngress } from "./weighted-ingress.ts";

/** One function app: a package reaches all clients. */
export const startAzureApp = (options: DrillCloudOptions): Promise<DrillCloud> => startAzure(options, false);

/** Two function apps behind API Management, which shares the requests among them. */
export const startAzureApps = (options: DrillCloudOptions): Promise<DrillCloud> => startAzure(options, true);

/** Function apps whose packages are emulators: requests go to the one that was published last. */
async function startAzure(options: DrillCloudOptions, isShared: boolean): Promise<DrillCloud> {
  const { folder, environment, random, resources, pause } = options;
  const world = fakeFunctionApps("unreleased");
  if (!isShared) world.gateway = "none";
  const emulators = new Map<string, Emulator>();
  /** The package that an app runs. */
  const running = new Map<string, string>();

  /** A package has its contents' name: one that is published again is the same version. */
  async function startPackage(app: string, from: string): Promise<string> {
    const name = `${app}-${artefactHash(from)}`;
    if (emulators.has(name)) return name;
    const artefact = join(folder, "packages", name);
    build(from, artefact);
    const emulator = await startAzureEmulator({
      artefact,
      environment,
      port: 0,
      onOutput(line) {
        const record = requestLineOf(line);
        if (record) world.requests.push({ at: Date.now(), app, failed: record.outcome === "tool_error" });
      },
    });
    resources.defer(() => emulator.close());
    emulators.set(name, emulator);
    return name;
  }

  async function func(command: Command): Promise<string> {
    const { args, folder: from = "" } = command;
    const app = args[3] ?? "";
    const name = await startPackage(app, from);
    world.func(command);
    running.set(app, name);
    return "";
  }

  const shareOf = (app: string, percent: number): Share => {
    const version = running.get(app) ?? "";
    return { version, url: emulators.get(version)?.url ?? "", percent };
  };
  const shares = (): Share[] => Object.entries(world.shares()).map(([app, percent]) => shareOf(app, percent));
  const ingress = await startWeightedIngress(shares, random);
  resources.defer(() => ingress.close());
  // An app has one address, whichever package it runs.
  for (const app of APPS) {
    const own = await startWeightedIngress(() => [shareOf(app, 100)], random);
    resources.defer(() => own.close());
    world.urls[app] = own.url;
  }
  const tofu = (): string => {
    const outputs = { ...OUTPUTS, mcp_url: `${ingress.url}/mcp` };
    return JSON.stringify(Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, { value }])));
  };
  const az = (command: Command): string =>
    command.args[0] === "resource" ? '{"state":"Running","changed":"now"}' : world.az(command);

  mkdirSync(join(folder, "infra", "azure", ".terraform"), { recursive: true });
  const infrastructure: Infrastructure = {
    cloud: "azure",
    kind: "terraform",
    folder,
    root: "infra/azure",
    terraform: "tofu",
  };
  const release = azureRelease(infrastructure, fakeTools({ func, tofu, az }), { yes: true, pause });
  await release.publish();
  return {
    port: ingress.port,
    sent: ingress.sent,
    isShared,
    serving: () => shares().map(({ version }) => version),
    infrastructure,
    release,
  };
}

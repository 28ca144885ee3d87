import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { gcpRelease } from "../../cli/release/clouds/gcp-release.ts";
import type { Command } from "../../cli/release/tool.ts";
import type { Emulator } from "../../emulators/emulator.ts";
import { startGcpEmulator } from "../../emulators/gcp/emulator.ts";
import { fakeCloudRun, gcpInfrastructure, type LogLine, OUTPUTS } from "../release/fake-cloud-run.ts";
import { fakeTools } from "../release/fake-tools.ts";
import { build, type DrillCloud, type DrillCloudOptions, requestLineOf } from "./drill-cloud.ts";
import { startWeightedIngress } from "./weighted-ingress.ts";

/** Cloud Run, each of whose revisions is an emulator. The first one serves what `dist/gcp` holds. */
export async function startGoogleCloud(options: DrillCloudOptions): Promise<DrillCloud> {
  const { folder, environment, random, resources } = options;
  const world = fakeCloudRun();
  const emulators = new Map<string, Emulator>();

  async function startRevision(name: string): Promise<void> {
    const artefact = join(folder, "revisions", name);
    build(join(folder, "dist", "gcp"), artefact);
    const lines: LogLine[] = [];
    const emulator = await startGcpEmulator({
      artefact,
      environment,
      port: 0,
      onOutput(line) {
        const record = requestLineOf(line);
        if (record) lines.push(record);
      },
    });
    resources.defer(() => emulator.close());
    emulators.set(name, emulator);
    world.urls[name] = emulator.url;
    world.lines[name] = lines;
  }

  async function gcloud(command: Command): Promise<string> {
    const { args } = command;
    // A revision gets traffic, or its tag, once it has started.
    if (args[1] === "deploy") await startRevision(`notes-${args[args.indexOf("--revision-suffix") + 1]}`);
    return world.gcloud(command);
  }

  const ingress = await startWeightedIngress(
    () =>
      world.traffic
        .filter(({ percent }) => percent > 0)
        .map(({ revisionName, percent }) => ({
          version: revisionName,
          url: emulators.get(revisionName)?.url ?? "",
          percent,
        })),
    random,
  );
  resources.defer(() => ingress.close());
  const terraform = (): string => {
    const outputs = { ...OUTPUTS, mcp_url: `${ingress.url}/mcp` };
    return JSON.stringify(Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, { value }])));
  };
  await startRevision("notes-00001-abc");
  mkdirSync(join(folder, "infra", "gcp", ".terraform"), { recursive: true });
  const infrastructure = gcpInfrastructure(folder);
  return {
    port: ingress.port,
    sent: ingress.sent,
    isShared: true,
    serving: () => world.traffic.filter(({ percent }) => percent > 0).map(({ revisionName }) => revisionName),
    infrastructure,
    release: gcpRelease(infrastructure, fakeTools({ gcloud, terraform }), true),
  };
}

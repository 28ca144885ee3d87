import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { azureRelease } from "../../cli/release/clouds/azure-release.ts";
import type { Infrastructure } from "../../cli/release/project.ts";
import type { Command } from "../../cli/release/tool.ts";
import { startAzureEmulator } from "../../emulators/azure/emulator.ts";
import type { Emulator } from "../../emulators/emulator.ts";
import { askInsights, type SeenRequest } from "../release/fake-insights.ts";
import { fakeTools } from "../release/fake-tools.ts";
import { build, type DrillCloud, type DrillCloudOptions, requestLineOf } from "./drill-cloud.ts";
import { startWeightedIngress } from "./weighted-ingress.ts";

const APP = "/subscriptions/s/resourceGroups/notes/providers/Microsoft.Web/sites/notes-abc123";
const COMPONENT = "/subscriptions/s/resourceGroups/notes/providers/Microsoft.Insights/components/notes";

/** A function app whose packages are emulators: the one that was published last gets all requests. */
export async function startAzureApp(options: DrillCloudOptions): Promise<DrillCloud> {
  const { folder, environment, random, resources, pause } = options;
  const requests: SeenRequest[] = [];
  const emulators = new Map<string, Emulator>();
  let live = "";

  /** A package has its contents' name: one that is published again is the same version. */
  async function publish(from: string): Promise<void> {
    const name = createHash("sha256")
      .update(readFileSync(join(from, "index.mjs")))
      .digest("hex")
      .slice(0, 8);
    if (!emulators.has(name)) {
      const artefact = join(folder, "packages", name);
      build(from, artefact);
      const emulator = await startAzureEmulator({
        artefact,
        environment,
        port: 0,
        onOutput(line) {
          const record = requestLineOf(line);
          if (record) requests.push({ at: Date.now(), failed: record.outcome === "tool_error" });
        },
      });
      resources.defer(() => emulator.close());
      emulators.set(name, emulator);
    }
    live = name;
  }

  const ingress = await startWeightedIngress(
    () => [{ version: live, url: emulators.get(live)?.url ?? "", percent: 100 }],
    random,
  );
  resources.defer(() => ingress.close());
  const func = async ({ folder: from = "" }: Command): Promise<string> => {
    await publish(from);
    return "";
  };
  const tofu = (): string => {
    const outputs = { mcp_url: `${ingress.url}/mcp`, app: APP, log_location: COMPONENT };
    return JSON.stringify(Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, { value }])));
  };
  const az = ({ args }: Command): string =>
    args[0] === "resource" ? '{"state":"Running","changed":"now"}' : askInsights(args, COMPONENT, requests);

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
    isShared: false,
    serving: () => [live],
    infrastructure,
    release,
  };
}

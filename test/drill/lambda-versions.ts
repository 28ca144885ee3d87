import { join } from "node:path";
import { awsRelease } from "../../cli/release/clouds/aws-release.ts";
import type { Infrastructure } from "../../cli/release/infrastructure.ts";
import type { Command } from "../../cli/release/tool.ts";
import { runSmoke } from "../../cli/smoke/run-smoke.ts";
import { startAwsEmulator } from "../../emulators/aws/emulator.ts";
import type { Emulator } from "../../emulators/emulator.ts";
import type { RequestRecord } from "../../src/adapter.ts";
import { MIDNIGHT } from "../operations/day-time.ts";
import { fakeTools } from "../release/fake-tools.ts";
import { readArguments } from "../release/strict-arguments.ts";
import { type Alias, readDeployment, shift } from "./code-deploy.ts";
import { build, type DrillCloud, type DrillCloudOptions, requestLineOf } from "./drill-cloud.ts";
import { startWeightedIngress } from "./weighted-ingress.ts";

const APP = "arn:aws:lambda:eu-central-1:123456789012:function:notes";
const ON_FUNCTION = ["--name", "--function-name", "--region", "--output"];
/** Pauses that make a minute of the emulated clock: in one, the share of a new version is some fifty calls. */
const PAUSES_PER_MINUTE = 3;

/** A function whose versions are emulators, and whose alias CodeDeploy moves. The first one serves what `dist/aws` holds. */
export async function startLambdaVersions(options: DrillCloudOptions): Promise<DrillCloud> {
  const { folder, environment, random, resources, pause } = options;
  const versions: Emulator[] = [];
  const lines: RequestRecord[] = [];
  const alias: Alias = { FunctionVersion: "1", weights: {} };
  let minutes = 0;

  async function publishVersion(): Promise<string> {
    const version = String(versions.length + 1);
    const artefact = join(folder, "versions", version);
    build(join(folder, "dist", "aws"), artefact);
    const emulator = await startAwsEmulator({
      ...{ artefact, environment, version, port: 0, ingress: "function-url" },
      onOutput(line) {
        const record = requestLineOf(line) as RequestRecord | undefined;
        // By the emulated clock, on which a minute is some calls long.
        if (record) lines.push({ ...record, time: new Date(MIDNIGHT + minutes * 60_000).toISOString() });
      },
    });
    resources.defer(() => emulator.close());
    versions.push(emulator);
    return version;
  }

  async function minute(): Promise<number> {
    for (let paused = 0; paused < PAUSES_PER_MINUTE; paused++) await pause();
    minutes += 1;
    return minutes * 60_000;
  }

  async function npx({ args }: Command): Promise<string> {
    readArguments(args, { words: ["--no-install", "cdk", args[2] ?? ""], values: ["--require-approval"] });
    if (args[2] === "list") return "Notes\n";
    const version = await publishVersion();
    const url = `${versions.at(-1)?.url}/mcp`;
    const smoke = async () => (await runSmoke({ url })).failure;
    await shift(version, readDeployment(folder, version), { alias, smoke, minute, lines });
    return "";
  }

  const shares = () => {
    const others = Object.entries(alias.weights).map(([version, weight]) => ({ version, percent: 100 * weight }));
    const rest = 100 - others.reduce((sum, { percent }) => sum + percent, 0);
    return [...others, { version: alias.FunctionVersion, percent: rest }];
  };
  const ingress = await startWeightedIngress(
    () => shares().map((share) => ({ ...share, url: versions[Number(share.version) - 1]?.url ?? "" })),
    random,
  );
  resources.defer(() => ingress.close());

  function aws({ args }: Command): string {
    if (args[0] === "cloudformation") {
      const takes = { words: ["cloudformation", "describe-stacks"], values: ["--stack-name", "--output"] };
      readArguments(args, { ...takes, needs: takes.values });
      const outputs = { McpUrl: `${ingress.url}/mcp`, App: APP, LogLocation: "/notes" };
      const Outputs = Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
      return JSON.stringify({ Stacks: [{ Outputs }] });
    }
    readArguments(args, { words: ["lambda", "get-alias"], values: ON_FUNCTION, needs: ON_FUNCTION });
    const { FunctionVersion, weights: AdditionalVersionWeights } = alias;
    return JSON.stringify({ FunctionVersion, RoutingConfig: { AdditionalVersionWeights } });
  }

  await publishVersion();
  const infrastructure: Infrastructure = { cloud: "aws", kind: "cdk", folder, root: "infra/aws", terraform: "tofu" };
  return {
    port: ingress.port,
    sent: ingress.sent,
    isShared: true,
    serving: () => shares().map(({ version }) => version),
    infrastructure,
    release: awsRelease(infrastructure, fakeTools({ npx, aws }), true),
  };
}

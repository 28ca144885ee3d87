import { AnycloudError } from "../../../src/adapter.ts";
import type { CloudRelease, VersionStatus } from "../cloud-release.ts";
import { type Infrastructure, type Outputs, readOutputs } from "../infrastructure.ts";
import type { Command, Tools } from "../tool.ts";
import { applyTerraform, destroyTerraform } from "./terraform-steps.ts";

interface Alias {
  readonly FunctionVersion: string;
  readonly RoutingConfig?: { readonly AdditionalVersionWeights?: Readonly<Record<string, number>> };
}

const ALIAS = "live";

/**
 * Releases to Lambda: versions behind the alias `live`. In a CDK stack, CodeDeploy tries a new version, gives it a tenth of the
 * traffic, watches the alarms and goes back by itself; with Terraform the alias moves at once.
 */
export function awsRelease(infrastructure: Infrastructure, tools: Tools, yes: boolean): CloudRelease {
  const isCdk = infrastructure.kind === "cdk";
  const cdk = (...args: string[]): Command => ({ program: "npx", args: ["--no-install", "cdk", ...args] });
  const aws = (...args: string[]): Command => ({ program: "aws", args: [...args, "--output", "json"] });

  async function outputs(): Promise<Outputs> {
    if (!isCdk) return readOutputs(infrastructure, tools);
    const stack = (await tools.look(cdk("list"), "STACK")).trim().split("\n")[0] ?? "";
    const text = await tools.look(aws("cloudformation", "describe-stacks", "--stack-name", stack), DRY_STACKS);
    const { Stacks: [first] = [] } = JSON.parse(text) as {
      Stacks?: { Outputs?: { OutputKey: string; OutputValue: string }[] }[];
    };
    const found = Object.fromEntries(
      (first?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
    );
    const { McpUrl, App, LogLocation } = found;
    if (McpUrl && App && LogLocation) return { ...found, mcp_url: McpUrl, app: App, log_location: LogLocation };
    const sentence = `The stack ${stack} has no outputs McpUrl, App and LogLocation: deploy it first; a Web Function has no versions.`;
    throw new AnycloudError("CONFIG_INVALID", sentence);
  }

  /** Region and name of the function, as AWS's tool takes them. */
  async function onFunction(): Promise<string[]> {
    const { app } = await outputs();
    const [, , , region = "", , , name = ""] = app.split(":");
    return ["--function-name", name, "--region", region];
  }

  async function readAlias(): Promise<Alias> {
    const command = aws("lambda", "get-alias", "--name", ALIAS, ...(await onFunction()));
    return JSON.parse(await tools.look(command, '{"FunctionVersion":"VERSION"}')) as Alias;
  }

  async function rollback(): Promise<string> {
    const target = await onFunction();
    const { FunctionVersion: current, RoutingConfig } = await readAlias();
    // While CodeDeploy shifts traffic, the alias itself is at the version before.
    const isShifting = Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {}).length > 0;
    const before = isShifting ? current : await versionBefore(current, target);
    const routing = ["--routing-config", "AdditionalVersionWeights={}"];
    await tools.change(
      aws("lambda", "update-alias", "--name", ALIAS, "--function-version", before, ...routing, ...target),
    );
    return `version ${before}`;
  }

  async function versionBefore(current: string, target: readonly string[]): Promise<string> {
    const command = aws("lambda", "list-versions-by-function", ...target);
    const dry = '{"Versions":[{"Version":"VERSION-BEFORE"},{"Version":"VERSION"}]}';
    const { Versions } = JSON.parse(await tools.look(command, dry)) as { Versions: { Version: string }[] };
    const published = Versions.map(({ Version }) => Version).filter((version) => version !== "$LATEST");
    const before = published[published.indexOf(current) - 1];
    if (before !== undefined) return before;
    throw new AnycloudError("CONFIG_INVALID", `Version ${current} is the first one: there is none to go back to.`);
  }

  async function status(): Promise<VersionStatus[]> {
    const { FunctionVersion, RoutingConfig } = await readAlias();
    const others = Object.entries(RoutingConfig?.AdditionalVersionWeights ?? {});
    const shared = others.map(([version, weight]) => ({ version, percent: Math.round(weight * 100), note: "canary" }));
    const rest = 100 - shared.reduce((sum, { percent }) => sum + percent, 0);
    return [{ version: FunctionVersion, percent: rest, note: "" }, ...shared];
  }

  return {
    outputs,
    rollback,
    status,
    apply: async () => {
      if (!isCdk) await applyTerraform(infrastructure, tools, yes);
    },
    // Terraform uploads the code as it applies.
    publish: async () => {
      if (isCdk) await tools.change(cdk("deploy", ...(yes ? ["--require-approval", "never"] : [])));
    },
    destroy: () =>
      isCdk ? tools.change(cdk("destroy", ...(yes ? ["--force"] : []))) : destroyTerraform(infrastructure, tools, yes),
    async logs(follow) {
      const { app, log_location } = await outputs();
      const more = follow ? ["--follow"] : ["--since", "1h"];
      const region = app.split(":")[3] ?? "";
      await tools.change({ program: "aws", args: ["logs", "tail", log_location, "--region", region, ...more] });
    },
  };
}

const DRY_STACKS = JSON.stringify({
  Stacks: [
    {
      Outputs: [
        { OutputKey: "McpUrl", OutputValue: "https://MCP_URL" },
        { OutputKey: "App", OutputValue: "arn:aws:lambda:REGION:ACCOUNT:function:NAME" },
        { OutputKey: "LogLocation", OutputValue: "LOG_GROUP" },
      ],
    },
  ],
});

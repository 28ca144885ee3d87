import { existsSync } from "node:fs";
import { join } from "node:path";
import { AnycloudError } from "../../src/adapter.ts";
import type { Cloud } from "../clouds.ts";
import type { Command, Tools } from "./tool.ts";

/** How a project deploys to one cloud. */
export interface Infrastructure {
  readonly cloud: Cloud;
  readonly kind: "cdk" | "terraform";
  /** Folder of the project, and of the root module in it. */
  readonly folder: string;
  readonly root: string;
  /** `terraform` or `tofu`. */
  readonly terraform: string;
}

/** Outputs of every stack and module, as Terraform names them. */
export interface Outputs {
  readonly mcp_url: string;
  /** Target of the cloud's tools: ARN of the function, id of the function app, id of the service. */
  readonly app: string;
  readonly log_location: string;
  readonly [name: string]: unknown;
}

/** Finds what `init` wrote for a cloud. Throws CONFIG_INVALID where there is nothing. */
export function findInfrastructure(
  cloud: Cloud,
  folder: string,
  env: Readonly<NodeJS.ProcessEnv> = process.env,
): Infrastructure {
  const root = join("infra", cloud);
  const terraform =
    env.MCP_ANYCLOUD_TERRAFORM || (onPath("terraform", env) || !onPath("tofu", env) ? "terraform" : "tofu");
  const found = (kind: Infrastructure["kind"]): Infrastructure => ({ cloud, kind, folder, root, terraform });
  if (existsSync(join(folder, root, "main.tf"))) return found("terraform");
  if (cloud === "aws" && existsSync(join(folder, "cdk.json"))) return found("cdk");
  const what = cloud === "aws" ? "cdk.json and no infra/aws/main.tf" : `infra/${cloud}/main.tf`;
  throw new AnycloudError(
    "CONFIG_INVALID",
    `There is no ${what} here: run this in the project, or let mcp-anycloud init --target ${cloud} write it.`,
  );
}

/** Throws ARTEFACT_INVALID unless `build` made the cloud's artefact. */
export function checkArtefact({ cloud, folder }: Infrastructure): void {
  if (existsSync(join(folder, "dist", cloud, "index.mjs"))) return;
  throw new AnycloudError(
    "ARTEFACT_INVALID",
    `dist/${cloud} is not built: run mcp-anycloud build --target ${cloud} first, and deploy what it made.`,
  );
}

export const terraformCommand = ({ terraform, root }: Infrastructure, ...args: string[]): Command => ({
  program: terraform,
  args: [`-chdir=${root}`, ...args],
});

/** Reads the outputs of a root module. In a dry run they are stand-ins. Throws CONFIG_INVALID where one is missing. */
export async function readOutputs(infrastructure: Infrastructure, tools: Tools): Promise<Outputs> {
  const text = await tools.look(terraformCommand(infrastructure, "output", "-json"), "");
  if (tools.dryRun) return STAND_INS[infrastructure.cloud];
  const values = JSON.parse(text || "{}") as Record<string, { readonly value?: unknown }>;
  const outputs = Object.fromEntries(Object.entries(values).map(([name, { value }]) => [name, value]));
  for (const name of ["mcp_url", "app", "log_location"]) {
    if (typeof outputs[name] === "string") continue;
    const line = `output "${name}" { value = module.mcp.${name} }`;
    const sentence = `${infrastructure.root} has no output ${name}: apply it first, and write ${line} into main.tf.`;
    throw new AnycloudError("CONFIG_INVALID", sentence);
  }
  return outputs as unknown as Outputs;
}

/** Shown by a dry run in place of values that only the cloud knows. */
const STAND_INS: Readonly<Record<Cloud, Outputs>> = {
  aws: {
    mcp_url: "https://MCP_URL",
    app: "arn:aws:lambda:REGION:ACCOUNT:function:NAME",
    log_location: "/aws/lambda/NAME",
  },
  azure: {
    mcp_url: "https://MCP_URL",
    app: "/subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/Microsoft.Web/sites/APP",
    log_location: "/subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/Microsoft.Insights/components/NAME",
  },
  gcp: {
    mcp_url: "https://MCP_URL",
    app: "projects/PROJECT/locations/REGION/services/NAME",
    log_location: "projects/PROJECT/locations/REGION/buckets/NAME",
  },
};

function onPath(program: string, env: Readonly<NodeJS.ProcessEnv>): boolean {
  const folders = (env.PATH ?? "").split(process.platform === "win32" ? ";" : ":");
  return folders.some((folder) => folder !== "" && existsSync(join(folder, program)));
}

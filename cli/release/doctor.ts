import { AnycloudError } from "../../src/adapter.ts";
import type { Cloud } from "../clouds.ts";
import { Interruption } from "../signals/interruption.ts";
import type { Infrastructure } from "./infrastructure.ts";
import type { Command, Tools } from "./tool.ts";

/** A tool that a release needs, and how to see that it is there and may do its work. */
interface Check {
  readonly what: string;
  readonly command: Command;
  /** Follows "… is missing: ". */
  readonly remedy: string;
}

export interface CheckResult {
  readonly what: string;
  readonly ok: boolean;
  readonly remedy: string;
}

const command = (program: string, ...args: string[]): Command => ({ program, args });

/** Lists what a cloud's releases need: its tools, and that somebody is signed in. */
function checksOf({ cloud, kind, terraform }: Pick<Infrastructure, "cloud" | "kind" | "terraform">): Check[] {
  const install =
    terraform === "tofu" ? "install OpenTofu 1.9 or newer" : "install Terraform 1.9 or newer, or OpenTofu";
  const makes: Check =
    kind === "cdk"
      ? {
          what: "CDK",
          command: command("npx", "--no-install", "cdk", "--version"),
          remedy: "npm install --save-dev aws-cdk",
        }
      : { what: terraform, command: command(terraform, "version"), remedy: install };
  return [makes, ...OF_CLOUD[cloud]];
}

const OF_CLOUD: Readonly<Record<Cloud, readonly Check[]>> = {
  aws: [
    { what: "AWS CLI", command: command("aws", "--version"), remedy: "install the AWS CLI 2" },
    {
      what: "sign-in to AWS",
      command: command("aws", "sts", "get-caller-identity", "--output", "json"),
      remedy: "aws sso login, or give credentials another way",
    },
  ],
  azure: [
    { what: "Azure CLI", command: command("az", "version", "--output", "json"), remedy: "install the Azure CLI" },
    { what: "sign-in to Azure", command: command("az", "account", "show", "--output", "json"), remedy: "az login" },
    {
      what: "Azure Functions Core Tools",
      command: command("func", "--version"),
      remedy: "npm install --global azure-functions-core-tools@4",
    },
  ],
  gcp: [
    { what: "gcloud", command: command("gcloud", "version", "--format", "json"), remedy: "install the gcloud CLI" },
    {
      what: "sign-in to Google Cloud",
      command: command("gcloud", "auth", "print-access-token"),
      remedy: "gcloud auth login",
    },
    {
      what: "credentials for Terraform",
      command: command("gcloud", "auth", "application-default", "print-access-token"),
      remedy: "gcloud auth application-default login",
    },
  ],
};

/** Runs every check. Nothing that a check prints is shown: tokens are among it. */
export async function examine(infrastructure: Infrastructure, tools: Tools): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { what, command: asked, remedy } of checksOf(infrastructure)) {
    const ok = await tools.look(asked, "").then(
      () => true,
      (error: unknown) => {
        if (error instanceof Interruption) throw error;
        return false;
      },
    );
    results.push({ what, ok, remedy });
  }
  return results;
}

/** Runs every check. Throws CONFIG_INVALID with the first thing to do. */
export async function requireHealthy(infrastructure: Infrastructure, tools: Tools): Promise<void> {
  requireAll(await examine(infrastructure, tools));
}

/** Throws CONFIG_INVALID with the first thing to do. */
export function requireAll(results: readonly CheckResult[]): void {
  const missing = results.find(({ ok }) => !ok);
  if (missing) throw new AnycloudError("CONFIG_INVALID", `Not ready, ${missing.what} is missing: ${missing.remedy}.`);
}

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ENDS_WITH_TESTS } from "../support/programs.ts";
import type { ProviderMirror } from "./aws-provider-mirror.ts";
import { composeRoot } from "./aws-provider-root.ts";
import type { Terraform } from "./run/terraform.ts";

export interface Deployment {
  readonly terraform: Terraform;
  /** Writes the variables for the next command. */
  give(variables: Readonly<Record<string, unknown>>): void;
  remove(): void;
}

/**
 * A module for AWS in a folder of its own, deployed by Terraform and the real provider to an endpoint on this machine, and cut
 * off from everything else: no settings or credentials of its user, no registry, no telemetry.
 */
export function deployTo(
  endpoint: string,
  program: string,
  mirror: ProviderMirror,
  module: "aws" | "aws-ecs" = "aws",
): Deployment {
  const base = mkdtempSync(join(tmpdir(), "mcp-anycloud-aws-"));
  const folder = join(base, "root");
  mkdirSync(folder);
  composeRoot(folder, mirror.version, module);
  const settings = join(base, "terraform.rc");
  const source = `filesystem_mirror {\n    path = ${JSON.stringify(mirror.path)}\n  }`;
  writeFileSync(settings, `disable_checkpoint = true\nprovider_installation {\n  ${source}\n}\n`);
  const env = {
    PATH: process.env.PATH,
    HOME: base,
    TMPDIR: base,
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    TF_CLI_CONFIG_FILE: settings,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: "LOCAL",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_EC2_METADATA_DISABLED: "true",
    // An error of moto is an error of the test at once, not after minutes.
    AWS_MAX_ATTEMPTS: "2",
  };
  return {
    terraform: (...args) => run([program, ...args], folder, env),
    give(variables) {
      writeFileSync(join(folder, "given.auto.tfvars.json"), JSON.stringify(variables));
    },
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}

/** Terraform leads a process group, in which its provider is, too: a provider outlives a Terraform that is killed. */
function run(command: readonly string[], cwd: string, env: NodeJS.ProcessEnv): ReturnType<Terraform> {
  return new Promise((resolve, reject) => {
    const stdio = ["pipe", "pipe", "pipe"] as const;
    const child = spawn("sh", ["-c", ENDS_WITH_TESTS, "sh", ...command], {
      cwd,
      env,
      detached: true,
      stdio: [...stdio],
    });
    let [stdout, output] = ["", ""];
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.once("error", reject);
    child.once("exit", () => child.stdin?.end());
    child.once("close", (code) => resolve({ code, stdout, output }));
  });
}

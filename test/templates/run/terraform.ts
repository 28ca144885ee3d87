import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "../../support/programs.ts";

/** Where Terraform lies on this machine; undefined where it is not installed. */
export const findTerraform = (): string | undefined => findProgram("terraform");

/** Why tests that need Terraform are not run. */
export const NO_TERRAFORM = "terraform is not installed; https://developer.hashicorp.com/terraform/install brings it";

interface TerraformRun {
  readonly code: number | null;
  readonly stdout: string;
  /** Everything that it printed, for people who look for the cause of a failure. */
  readonly output: string;
}

export type Terraform = (...args: readonly string[]) => Promise<TerraformRun>;

/**
 * Terraform in one folder, cut off from the machine: no settings, credentials or variables of its user, no
 * registry, no telemetry.
 *
 * @param scratch A folder of its own, for its settings and as its home.
 * @param reattach The value of `TF_REATTACH_PROVIDERS`.
 */
export function terraformIn(program: string, folder: string, scratch: string, reattach: string): Terraform {
  const nowhere = join(scratch, "no-providers");
  const settings = join(scratch, "terraform.rc");
  mkdirSync(nowhere, { recursive: true });
  // With a mirror that is empty nothing is ever looked for in a registry.
  const mirror = `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(nowhere)}\n  }\n}\n`;
  writeFileSync(settings, `disable_checkpoint = true\n${mirror}`);
  const env = {
    PATH: process.env.PATH,
    HOME: scratch,
    TMPDIR: scratch,
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    TF_CLI_CONFIG_FILE: settings,
    TF_REATTACH_PROVIDERS: reattach,
  };
  return (...args) =>
    new Promise((resolve, reject) => {
      const child = spawn(program, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
      let [stdout, output] = ["", ""];
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
        output += text;
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
      // It never outlives who started it: without its stubs it could not end in order anyway.
      const end = (): boolean => child.kill("SIGKILL");
      process.once("exit", end);
      child.once("error", reject);
      child.once("close", (code) => {
        process.off("exit", end);
        resolve({ code, stdout, output });
      });
    });
}

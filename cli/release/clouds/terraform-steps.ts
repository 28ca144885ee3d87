import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Infrastructure, terraformCommand } from "../infrastructure.ts";
import type { Tools } from "../tool.ts";

/** Applies a root module. Without `yes` Terraform shows its plan and asks. */
export async function applyTerraform(infrastructure: Infrastructure, tools: Tools, yes: boolean): Promise<void> {
  const initialized = existsSync(join(infrastructure.folder, infrastructure.root, ".terraform"));
  if (!initialized) await tools.change(terraformCommand(infrastructure, "init", "-input=false"));
  await tools.change(terraformCommand(infrastructure, "apply", ...answered(yes)));
}

export const destroyTerraform = (infrastructure: Infrastructure, tools: Tools, yes: boolean): Promise<void> =>
  tools.change(terraformCommand(infrastructure, "destroy", ...answered(yes)));

const answered = (yes: boolean): string[] => (yes ? ["-input=false", "-auto-approve"] : []);

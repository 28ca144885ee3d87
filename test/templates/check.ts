/** `npm run templates:check -- [aws] [azure] [gcp] [aws-ecs] [azure-container-apps]`: everything that the tests hold against a module, in one go. */
import { existsSync } from "node:fs";
import { moduleFindings } from "./hcl/module-findings.ts";
import { initializeTemplate } from "./run/initialized-template.ts";
import { findTerraform, NO_TERRAFORM } from "./run/terraform.ts";
import { tested } from "./run/tested.ts";
import { validated } from "./run/validated.ts";
import { MODULES, type Module, templateFolder } from "./run/working-copy.ts";
import { readSlices } from "./schemas/slice.ts";

let wrong = 0;
const asked = process.argv.slice(2);
for (const module of MODULES.filter((one) => asked.length === 0 || asked.includes(one))) await check(module);
process.exit(wrong > 0 ? 1 : 0);

async function check(module: Module): Promise<void> {
  const folder = templateFolder(module);
  if (!existsSync(folder)) return report(module, "there", ["There is no such module yet."]);
  report(module, "HCL", await moduleFindings(folder, readSlices()));
  if (!findTerraform()) return console.error(`${module}: not run: ${NO_TERRAFORM}`);
  try {
    const template = await initializeTemplate(folder);
    try {
      const { output } = await template.terraform("fmt", "-check", "-diff", "-recursive", "-no-color");
      report(module, "fmt", output ? [output] : []);
      report(module, "validate", await validated(template.terraform));
      const { runs, problems } = await tested(template.terraform);
      report(module, `test (${runs.length} runs)`, problems);
    } finally {
      template.close();
    }
  } catch (error) {
    report(module, "init", [error instanceof Error ? error.message : String(error)]);
  }
}

function report(module: Module, step: string, findings: readonly string[]): void {
  wrong += findings.length;
  console.error(`${module} ${step}: ${findings.length === 0 ? "nothing found" : ""}`);
  for (const finding of findings) console.error(`  ${finding}`);
}

/** `npm run templates:check -- [aws] [azure] [gcp]`: everything that the tests hold against a module, in one go. */
import { existsSync } from "node:fs";
import { moduleFindings } from "./hcl/module-findings.ts";
import { initializeTemplate } from "./run/initialized-template.ts";
import { findTerraform, NO_TERRAFORM } from "./run/terraform.ts";
import { tested } from "./run/tested.ts";
import { validated } from "./run/validated.ts";
import { CLOUDS, type Cloud, templateFolder } from "./run/working-copy.ts";
import { readSlices } from "./schemas/slice.ts";

let wrong = 0;
const asked = process.argv.slice(2);
for (const cloud of CLOUDS.filter((one) => asked.length === 0 || asked.includes(one))) await check(cloud);
process.exit(wrong > 0 ? 1 : 0);

async function check(cloud: Cloud): Promise<void> {
  const folder = templateFolder(cloud);
  if (!existsSync(folder)) return report(cloud, "there", ["There is no such module yet."]);
  report(cloud, "HCL", await moduleFindings(folder, readSlices()));
  if (!findTerraform()) return console.error(`${cloud}: not run: ${NO_TERRAFORM}`);
  try {
    const template = await initializeTemplate(folder);
    try {
      const { output } = await template.terraform("fmt", "-check", "-diff", "-recursive", "-no-color");
      report(cloud, "fmt", output ? [output] : []);
      report(cloud, "validate", await validated(template.terraform));
      const { runs, problems } = await tested(template.terraform);
      report(cloud, `test (${runs.length} runs)`, problems);
    } finally {
      template.close();
    }
  } catch (error) {
    report(cloud, "init", [error instanceof Error ? error.message : String(error)]);
  }
}

function report(cloud: Cloud, step: string, findings: readonly string[]): void {
  wrong += findings.length;
  console.error(`${cloud} ${step}: ${findings.length === 0 ? "nothing found" : ""}`);
  for (const finding of findings) console.error(`  ${finding}`);
}

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { moduleFindings } from "./hcl/module-findings.ts";
import { type InitializedTemplate, initializeTemplate } from "./run/initialized-template.ts";
import { findTerraform, NO_TERRAFORM } from "./run/terraform.ts";
import { tested } from "./run/tested.ts";
import { validated } from "./run/validated.ts";
import { CLOUDS, copyTemplate, templateFolder, type WorkingCopy } from "./run/working-copy.ts";
import { readSlices } from "./schemas/slice.ts";
import { SEEDED_FAULTS, seed } from "./seeded-faults.ts";

describe.for(CLOUDS)("the HCL check of templates/%s", (cloud) => {
  const slices = readSlices();
  let copy: WorkingCopy;
  beforeAll(() => {
    copy = copyTemplate(templateFolder(cloud));
  });
  afterAll(() => copy.remove());

  test.for(SEEDED_FAULTS[cloud].filter(({ hcl }) => hcl))("finds $what in $resource", async (fault) => {
    const undo = seed(copy.folder, fault);
    const findings = await moduleFindings(copy.folder, slices);
    undo();
    // A fault can remove the only use of something else, which is then reported, too.
    const direct = findings.filter((finding) => !finding.endsWith("nothing refers to it."));
    expect(direct).toEqual([expect.stringContaining(fault.hcl ?? "")]);
  });

  test("finds nothing in the module as it is", async () => {
    expect(await moduleFindings(copy.folder, slices)).toEqual([]);
  });

  test("finds what is declared and not used, and what is not HCL", async () => {
    const path = join(copy.folder, "locals-of-nobody.tf");
    writeFileSync(path, 'locals {\n  nobody = "nothing"\n}\n');
    expect(await moduleFindings(copy.folder, slices)).toEqual([
      "locals-of-nobody.tf: local.nobody is declared, but nothing refers to it.",
    ]);
    writeFileSync(path, "locals {\n");
    expect(await moduleFindings(copy.folder, slices)).toEqual([expect.stringContaining("locals-of-nobody.tf")]);
    writeFileSync(path, "");
  });
});

describe.for(CLOUDS)("Terraform with templates/%s", (cloud) => {
  let template: InitializedTemplate | undefined;
  beforeAll(async () => {
    if (findTerraform()) template = await initializeTemplate(templateFolder(cloud));
  });
  afterAll(() => template?.close());

  test.for(SEEDED_FAULTS[cloud])("finds $what in $resource", async (fault, { skip }) => {
    if (!template) return skip(NO_TERRAFORM);
    const undo = seed(template.folder, fault);
    const findings = await validated(template.terraform);
    undo();
    expect(findings).toEqual([expect.stringContaining(fault.terraform)]);
  });

  test("finds nothing in the module as it is", async ({ skip }) => {
    if (!template) return skip(NO_TERRAFORM);
    expect(await validated(template.terraform)).toEqual([]);
  });

  test("fails a run whose assertion does not hold", async ({ skip }) => {
    if (!template) return skip(NO_TERRAFORM);
    const failing =
      'run "fails" {\n  command = plan\n  variables {\n    name = "No Name"\n  }\n  expect_failures = [var.tags]\n}\n';
    writeFileSync(join(template.folder, "tests", "seeded.tftest.hcl"), failing);
    const { runs, problems } = await tested(template.terraform, "tests/seeded.tftest.hcl");
    expect(runs).toEqual(["tests/seeded.tftest.hcl: fails"]);
    expect(problems.join("\n")).toMatch(/tests\/seeded\.tftest\.hcl: fails: (error|fail)/);
  });
});

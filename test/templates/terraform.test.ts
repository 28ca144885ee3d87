import { describe, expect, test } from "vitest";
import { moduleFindings } from "./hcl/module-findings.ts";
import { type InitializedTemplate, initializeTemplate } from "./run/initialized-template.ts";
import { findTerraform, NO_TERRAFORM } from "./run/terraform.ts";
import { testFiles, writtenRuns } from "./run/tested.ts";
import { validated } from "./run/validated.ts";
import { MODULES, type Module, templateFolder } from "./run/working-copy.ts";
import { readSlices } from "./schemas/slice.ts";

async function withTemplate(module: Module, use: (template: InitializedTemplate) => Promise<void>): Promise<void> {
  const template = await initializeTemplate(templateFolder(module));
  try {
    await use(template);
  } finally {
    template.close();
  }
}

describe.for(MODULES)("templates/%s", (module) => {
  test("is right as far as its text tells", async () => {
    expect(await moduleFindings(templateFolder(module), readSlices())).toEqual([]);
  });

  test("has tests of its own, with runs in each file", () => {
    const counts = testFiles(templateFolder(module)).map((file) => writtenRuns(templateFolder(module), file).length);
    expect(counts.length).toBeGreaterThan(0);
    expect(counts.filter((count) => count === 0)).toEqual([]);
  });

  test("is laid out as `terraform fmt` does", async ({ skip }) => {
    if (!findTerraform()) return skip(NO_TERRAFORM);
    await withTemplate(module, async ({ terraform }) => {
      const { code, output } = await terraform("fmt", "-check", "-diff", "-recursive", "-no-color");
      expect({ code, output }).toEqual({ code: 0, output: "" });
    });
  });

  test("is valid for Terraform", async ({ skip }) => {
    if (!findTerraform()) return skip(NO_TERRAFORM);
    await withTemplate(module, async ({ terraform }) => expect(await validated(terraform)).toEqual([]));
  });
});

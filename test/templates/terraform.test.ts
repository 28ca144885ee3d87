import { describe, expect, test } from "vitest";
import { moduleFindings } from "./hcl/module-findings.ts";
import { type InitializedTemplate, initializeTemplate } from "./run/initialized-template.ts";
import { findTerraform, NO_TERRAFORM } from "./run/terraform.ts";
import { tested, testFiles, writtenRuns } from "./run/tested.ts";
import { validated } from "./run/validated.ts";
import { CLOUDS, type Cloud, templateFolder } from "./run/working-copy.ts";
import { readSlices } from "./schemas/slice.ts";

/** Every run is a plan or an apply of the whole module. */
const SLOW = { timeout: 300_000 };

async function withTemplate(cloud: Cloud, use: (template: InitializedTemplate) => Promise<void>): Promise<void> {
  const template = await initializeTemplate(templateFolder(cloud));
  try {
    await use(template);
  } finally {
    template.close();
  }
}

describe.for(CLOUDS)("templates/%s", (cloud) => {
  test("is right as far as its text tells", async () => {
    expect(await moduleFindings(templateFolder(cloud), readSlices())).toEqual([]);
  });

  test("has tests of its own, with runs in each file", () => {
    const counts = testFiles(templateFolder(cloud)).map((file) => writtenRuns(templateFolder(cloud), file).length);
    expect(counts.length).toBeGreaterThan(0);
    expect(counts.filter((count) => count === 0)).toEqual([]);
  });

  test("is laid out as `terraform fmt` does", async ({ skip }) => {
    if (!findTerraform()) return skip(NO_TERRAFORM);
    await withTemplate(cloud, async ({ terraform }) => {
      const { code, output } = await terraform("fmt", "-check", "-diff", "-recursive", "-no-color");
      expect({ code, output }).toEqual({ code: 0, output: "" });
    });
  });

  test("is valid for Terraform", async ({ skip }) => {
    if (!findTerraform()) return skip(NO_TERRAFORM);
    await withTemplate(cloud, async ({ terraform }) => expect(await validated(terraform)).toEqual([]));
  });

  test("passes its own tests, every run of them", SLOW, async ({ skip }) => {
    if (!findTerraform()) return skip(NO_TERRAFORM);
    await withTemplate(cloud, async ({ terraform }) => {
      const { runs, problems } = await tested(terraform);
      expect(problems).toEqual([]);
      const folder = templateFolder(cloud);
      expect(runs.toSorted()).toEqual(
        testFiles(folder)
          .flatMap((file) => writtenRuns(folder, file))
          .toSorted(),
      );
    });
  });
});

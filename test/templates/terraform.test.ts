import { describe, expect, test } from "vitest";
import { moduleFindings } from "./hcl/module-findings.ts";
import { type InitializedTemplate, initializeTemplate } from "./run/initialized-template.ts";
import { findTerraform, NO_TERRAFORM } from "./run/terraform.ts";
import { tested, testFiles, writtenRuns } from "./run/tested.ts";
import { validated } from "./run/validated.ts";
import { CLOUDS, type Cloud, templateFolder } from "./run/working-copy.ts";
import { readSlices } from "./schemas/slice.ts";

/** The required variables, and no others. */
const REQUIRED: Readonly<Record<Cloud, Readonly<Record<string, string>>>> = {
  aws: { name: "notes", region: "eu-central-1", auth: "public" },
  azure: { name: "notes", region: "westeurope", auth: "public" },
  gcp: { name: "notes", region: "europe-west1", auth: "public", project: "notes-123456" },
};

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

  test.for(testFiles(templateFolder(cloud)))("passes %s, every run of it", SLOW, async (file, { skip }) => {
    if (!findTerraform()) return skip(NO_TERRAFORM);
    await withTemplate(cloud, async ({ terraform }) => {
      const { runs, problems } = await tested(terraform, file);
      expect(problems).toEqual([]);
      expect(runs).toEqual(writtenRuns(templateFolder(cloud), file));
    });
  });

  test("is made, then a second plan changes nothing, and is taken away again", SLOW, async ({ skip }) => {
    if (!findTerraform()) return skip(NO_TERRAFORM);
    await withTemplate(cloud, async ({ terraform }) => {
      const given = Object.entries(REQUIRED[cloud]).map(([name, value]) => `-var=${name}=${value}`);
      const applied = await terraform("apply", "-no-color", "-auto-approve", ...given);
      expect(applied.output).toMatch(/Apply complete! Resources: [1-9]\d* added, 0 changed, 0 destroyed/);
      // The exit code of a plan that would change something is 2.
      const plan = await terraform("plan", "-no-color", "-detailed-exitcode", ...given);
      expect({ code: plan.code, output: plan.output }).toMatchObject({ code: 0 });
      const destroyed = await terraform("destroy", "-no-color", "-auto-approve", ...given);
      expect(destroyed.output).toMatch(/Destroy complete! Resources: [1-9]\d* destroyed/);
    });
  });
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { initializeTemplate } from "./run/initialized-template.ts";
import { findTerraform, NO_TERRAFORM } from "./run/terraform.ts";
import { CLOUDS, type Cloud, templateFolder } from "./run/working-copy.ts";

/** The required variables, and no others. */
const REQUIRED: Readonly<Record<Cloud, Readonly<Record<string, string>>>> = {
  aws: { name: "notes", region: "eu-central-1", auth: "public" },
  azure: { name: "notes", region: "westeurope", auth: "public" },
  gcp: { name: "notes", region: "europe-west1", auth: "public", project: "notes-123456" },
};

describe.for(CLOUDS)("templates/%s", (cloud) => {
  test("is made, then a second plan changes nothing, and is taken away again", { timeout: 300_000 }, async ({
    skip,
  }) => {
    if (!findTerraform()) return skip(NO_TERRAFORM);
    const { terraform, close } = await initializeTemplate(templateFolder(cloud));
    try {
      const given = Object.entries(REQUIRED[cloud]).map(([name, value]) => `-var=${name}=${value}`);
      const applied = await terraform("apply", "-no-color", "-auto-approve", ...given);
      expect(applied.output).toMatch(/Apply complete! Resources: [1-9]\d* added, 0 changed, 0 destroyed/);
      // The exit code of a plan that would change something is 2.
      const plan = await terraform("plan", "-no-color", "-detailed-exitcode", ...given);
      expect({ code: plan.code, output: plan.output }).toMatchObject({ code: 0 });
      const destroyed = await terraform("destroy", "-no-color", "-auto-approve", ...given);
      expect(destroyed.output).toMatch(/Destroy complete! Resources: [1-9]\d* destroyed/);
    } finally {
      close();
    }
  });
});

test("API Management sends requests to its pool only while there is one, and later to the first app, with no time between", {
  timeout: 300_000,
}, async ({ skip }) => {
  if (!findTerraform()) return skip(NO_TERRAFORM);
  const { terraform, folder, close } = await initializeTemplate(templateFolder("azure"));
  const apply = async (candidate: boolean): Promise<string[]> => {
    const gateway = { publisher_name: "Notes", publisher_email: "notes@example.com", candidate };
    writeFileSync(join(folder, "given.auto.tfvars.json"), JSON.stringify({ ...REQUIRED.azure, gateway }));
    const { code, output } = await terraform("apply", "-no-color", "-lock=false", "-auto-approve");
    expect({ code, output }).toMatchObject({ code: 0 });
    return output.split("\n").filter((line) => /^\S+: (Creat|Modif|Destr)/.test(line));
  };
  const policy = (line: string): boolean => line.includes("_policy.shared[");
  const pool = (line: string): boolean => line.startsWith("azapi_resource.pool[0]:");
  try {
    const on = await apply(true);
    expect(on.findIndex(policy)).toBeGreaterThan(on.findLastIndex(pool));
    const off = await apply(false);
    // The gateway has five operations, and Terraform prints two lines for the policy of each.
    expect(off.filter(policy)).toHaveLength(10);
    expect(off.findIndex(pool)).toBeGreaterThan(off.findLastIndex(policy));
    expect(off.filter((line) => line.includes(": Modif"))).toEqual([]);
  } finally {
    close();
  }
});

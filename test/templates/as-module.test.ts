import { cpSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { initializeTemplate } from "./run/initialized-template.ts";
import { findTerraform, NO_TERRAFORM, type Terraform } from "./run/terraform.ts";
import { validated } from "./run/validated.ts";
import { CLOUDS, CONTAINER_MODULES, type Module, templateFolder } from "./run/working-copy.ts";

const SLOW = { timeout: 300_000 };

/** Runs Terraform in a root module beside a copy of the cloud's module. */
async function inRoot(module: Module, change: (main: string) => string, use: (terraform: Terraform) => Promise<void>) {
  const root = "examples/changed";
  const template = await initializeTemplate(templateFolder(module), (folder) => {
    cpSync(join(folder, "examples/minimal"), join(folder, root), { recursive: true });
    const main = join(folder, root, "main.tf");
    writeFileSync(main, change(readFileSync(main, "utf8")));
  });
  try {
    const terraform: Terraform = (...args) => template.terraform(`-chdir=${root}`, ...args);
    const { code, output } = await terraform("init", "-no-color", "-backend=false");
    expect({ code, output }).toMatchObject({ code: 0 });
    await use(terraform);
  } finally {
    template.close();
  }
}

describe.for(CLOUDS)("templates/%s", (cloud) => {
  test("has no provider block, which would forbid count and for_each", () => {
    const folder = templateFolder(cloud);
    const files = globSync("*.tf", { cwd: folder });
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((file) => /^provider "/m.test(readFileSync(join(folder, file), "utf8")))).toEqual([]);
  });

  test("is called by its example", SLOW, async ({ skip }) => {
    if (!findTerraform()) return skip(NO_TERRAFORM);
    await inRoot(
      cloud,
      (main) => main,
      async (terraform) => {
        expect(await validated(terraform)).toEqual([]);
        const { output } = await terraform("apply", "-no-color", "-auto-approve");
        expect(output).toMatch(/Apply complete! Resources: [1-9]\d* added, 0 changed, 0 destroyed/);
        expect(output).toMatch(/^mcp_url = "/m);
      },
    );
  });

  test("is called twice with for_each, and not at all with a count of 0", SLOW, async ({ skip }) => {
    if (!findTerraform()) return skip(NO_TERRAFORM);
    const twice = (main: string): string =>
      main
        .replace('source = "../.."', 'source   = "../.."\n  for_each = toset(["notes", "mail"])')
        .replace(/name( +)= "notes"/, "name$1= each.key")
        .replace("module.mcp.mcp_url", 'module.mcp["notes"].mcp_url');
    await inRoot(cloud, twice, async (terraform) => {
      const { code, output } = await terraform("plan", "-no-color");
      expect({ code, output }).toMatchObject({ code: 0 });
      for (const name of ["notes", "mail"]) expect(output).toContain(`module.mcp["${name}"].`);
    });
    const never = (main: string): string =>
      main
        .replace('source = "../.."', 'source = "../.."\n  count  = 0')
        .replace("module.mcp.mcp_url", "module.mcp[*].mcp_url");
    await inRoot(cloud, never, async (terraform) => {
      const { output } = await terraform("plan", "-no-color");
      expect(output).not.toContain("will be created");
      expect(output).toContain("+ mcp_url = []");
    });
  });
});

test.for(CONTAINER_MODULES)("templates/%s is called by its example", SLOW, async (module, { skip }) => {
  if (!findTerraform()) return skip(NO_TERRAFORM);
  await inRoot(
    module,
    (main) => main,
    async (terraform) => {
      expect(await validated(terraform)).toEqual([]);
      const { output } = await terraform("apply", "-no-color", "-auto-approve");
      expect(output).toMatch(/Apply complete! Resources: [1-9]\d* added, 0 changed, 0 destroyed/);
      expect(output).toMatch(/^mcp_url = "/m);
      // The exit code of a plan that would change something is 2.
      const plan = await terraform("plan", "-no-color", "-detailed-exitcode");
      expect({ code: plan.code, output: plan.output }).toMatchObject({ code: 0 });
    },
  );
});

test("templates/aws packs nothing: what one machine planned, another one applies", () => {
  const files = globSync("*.tf", { cwd: templateFolder("aws") });
  const text = files.map((file) => readFileSync(join(templateFolder("aws"), file), "utf8")).join("");
  expect(text).not.toContain("archive_file");
});

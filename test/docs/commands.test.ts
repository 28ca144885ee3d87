import { execFile } from "node:child_process";
import { globSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createProject, type Project, ROOT } from "../cli/project.ts";
import { runCli } from "../cli/run-cli.ts";
import { installTools } from "../tools/install-tools.ts";

/** Where a page is read, if it is not the project that `init` made: before there is one, or with Terraform for AWS, too. */
const FOLDERS: Readonly<Record<string, string>> = {
  "README.md": ".",
  "docs/getting-started.md": ".",
  "docs/terraform.md": "notes-terraform",
};
/** Pages that are read in this repository. */
const IN_REPOSITORY = ["docs/capacity.md", "docs/performance.md"];

/** Stands for the reader, who puts in names of their own. */
const VALUES: Readonly<Record<string, string>> = { mcp_url: "https://mcp.example.com/mcp" };
const VARIABLES = {
  ACCOUNT: "account",
  ACCOUNT_ID: "account-id",
  APP: "app",
  GROUP: "group",
  IDENTITY: "identity",
  PROJECT: "notes-123456",
  SERVICE: "notes",
  TOKEN: "token",
  URL: "https://mcp.example.com",
  VAULT: "vault",
};

const pages = globSync(["README.md", "docs/*.md"], { cwd: ROOT }).sort();

/** The commands of a page, in its order, as one script. */
const scriptOf = (page: string): string =>
  [...readFileSync(join(ROOT, page), "utf8").matchAll(/^```sh\n(.*?)^```/gms)]
    .map(([, fence = ""]) => fence.replaceAll(/<([a-z][\w -]*)>/g, (_, name) => VALUES[name] ?? "placeholder"))
    .join("\n");

let scratch: Project;

/** A project as `init` makes it, after `npm install` and `build`. */
async function makeProject(folder: string, ...flags: readonly string[]): Promise<void> {
  const { code, stderr } = await runCli(["init", folder, "--yes", "--name", "notes", ...flags], {
    cwd: scratch.folder,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const project = join(scratch.folder, folder);
  for (const cloud of ["aws", "azure", "gcp", "container"])
    mkdirSync(join(project, "dist", cloud), { recursive: true });
  mkdirSync(join(project, "node_modules"));
  symlinkSync(ROOT, join(project, "node_modules/mcp-anycloud"));
}

beforeAll(async () => {
  scratch = createProject();
  await installTools(join(scratch.folder, "tools"));
  await makeProject("notes");
  await makeProject("notes-terraform", "--terraform");
});
afterAll(() => scratch.remove());

test.for(pages.filter((page) => scriptOf(page) !== ""))("the commands of %s run where they are read", async (page) => {
  const cwd = IN_REPOSITORY.includes(page) ? ROOT : join(scratch.folder, FOLDERS[page] ?? "notes");
  const env = { ...VARIABLES, PATH: `${join(scratch.folder, "tools")}:${process.env.PATH}`, HOME: scratch.folder };
  const run = promisify(execFile)("bash", ["--norc", "-euo", "pipefail", "-c", scriptOf(page)], { cwd, env });
  const { code, stderr } = await run.then(
    ({ stderr }) => ({ code: 0, stderr }),
    ({ code, stderr }) => ({ code, stderr }),
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test("there are pages with commands, and the stand-ins refuse what the tools would", async () => {
  expect(pages.filter((page) => scriptOf(page) !== "").length).toBeGreaterThan(8);
  expect(readdirSync(join(scratch.folder, "tools"))).toContain("gcloud");
  const wrong = ["gcloud run deploy notes --regoin x --region y", "npx mcp-anycloud dev --amnesa", "terraform aply"];
  for (const line of [...wrong, "npm run devv", "az login now", "func azure functionapp publish"]) {
    const env = { PATH: `${join(scratch.folder, "tools")}:${process.env.PATH}` };
    const run = promisify(execFile)("bash", ["--norc", "-c", line], { cwd: join(scratch.folder, "notes"), env });
    await expect(run, line).rejects.toMatchObject({ code: 2 });
  }
});

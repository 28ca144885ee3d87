import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { validateWorkflow } from "@action-validator/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ROOT } from "./project.ts";

const PARTS = ["aws", "aws-terraform", "azure", "gcp"] as const;

const part = (name: string): string => readFileSync(join(ROOT, "templates/project/workflow", `${name}.yml`), "utf8");

interface Step {
  readonly uses?: string;
  readonly if?: string;
  readonly run?: string;
}

const folder = mkdtempSync(join(tmpdir(), "workflows-"));
const calls = join(folder, "calls");
/** Programs of a runner, which write down how they were called. */
beforeAll(() => {
  for (const name of ["npm", "npx", "terraform"]) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" >> ${calls}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  mkdirSync(join(folder, "work"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the shell steps that an event runs, as a runner does (`bash -e`). */
function runSteps(steps: readonly Step[], isPullRequest: boolean): string[] {
  writeFileSync(calls, "");
  const taken = steps.filter(
    (step) => step.if === undefined || step.if.includes("== 'pull_request'") === isPullRequest,
  );
  for (const { run } of taken) {
    if (run === undefined) continue;
    execFileSync("bash", ["--norc", "-e", "-c", run], {
      cwd: join(folder, "work"),
      env: { PATH: `${folder}:/usr/bin:/bin` },
    });
  }
  return readFileSync(calls, "utf8").trim().split("\n");
}

describe.each(PARTS)("the workflow for %s", (name) => {
  const cloud = name.replace("-terraform", "");
  const text = part("head") + part(name);
  const workflow = parse(text);
  const { steps, permissions } = workflow.jobs[cloud] as { steps: Step[]; permissions: object };

  test("is one that GitHub takes", () => {
    expect(validateWorkflow(text)).toMatchObject({ errors: [] });
  });

  test("stores no key, and asks for no right but to read and to show who it is", () => {
    expect(text).not.toMatch(/secrets\.|password|client-secret|access-key/i);
    expect([workflow.permissions, permissions]).toEqual([
      { contents: "read" },
      { contents: "read", "id-token": "write" },
    ]);
  });

  test("shows on a pull request what would change, and deploys nothing", () => {
    const ran = runSteps(steps, true);
    expect(ran.at(-1)).toBe(name === "aws" ? "npx cdk diff" : `terraform -chdir=infra/${cloud} plan -input=false`);
    expect(ran.join("\n")).not.toMatch(/apply|deploy/);
  });

  test("deploys main by the same command as a person, with what it built", () => {
    const ran = runSteps(steps, false).filter((line) => line.startsWith("npx"));
    expect(ran).toEqual([`npx mcp-anycloud build --target ${cloud}`, `npx mcp-anycloud deploy ${cloud} --yes`]);
  });
});

describe.each(PARTS)("the workflow for %s that others call", (name) => {
  const cloud = name.replace("-terraform", "");
  const text = readFileSync(join(ROOT, "templates/workflows", `${name}.yml`), "utf8");
  const { on, permissions, jobs } = parse(text);
  const job = jobs[cloud];

  test("is one that GitHub takes, stores no key, and has the rules of an environment", () => {
    expect(validateWorkflow(text)).toMatchObject({ errors: [] });
    expect(text).not.toMatch(/secrets\.|password|client-secret|access-key/i);
    expect([permissions, job.permissions]).toEqual([{ contents: "read" }, { contents: "read", "id-token": "write" }]);
    expect(Object.keys(on)).toEqual(["workflow_call"]);
    expect(job.environment).toMatch(/^\$\{\{ inputs\.environment \}\}$/);
    expect(on.workflow_call.inputs).toMatchObject({ environment: { required: true }, apply: { default: false } });
  });

  test("has the steps of the one that init writes, which deploy only where that is said", () => {
    const CONDITIONS: Readonly<Record<string, string>> = {
      "${{ !inputs.apply }}": "github.event_name == 'pull_request'",
      "${{ inputs.apply }}": "github.event_name != 'pull_request'",
    };
    const steps = (job.steps as Step[]).map((step) => (step.if ? { ...step, if: CONDITIONS[step.if] } : step));
    const written = parse(part("head") + part(name)).jobs[cloud];
    expect(steps).toEqual(written.steps);
    expect(job.env).toEqual(written.env);
  });
});

test("a workflow with a fault is not one that GitHub takes", () => {
  const text = (part("head") + part("gcp")).replace("runs-on: ubuntu-latest", "run-on: ubuntu-latest");
  expect(validateWorkflow(text).errors).not.toEqual([]);
});

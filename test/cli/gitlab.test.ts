import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { CLOUDS, type Cloud } from "../../cli/clouds.ts";
import { ROOT } from "./project.ts";

interface Job {
  readonly stage: string;
  readonly rules: readonly { readonly if: string }[];
  readonly before_script: readonly string[];
  readonly script: readonly string[];
  readonly id_tokens: Readonly<Record<string, { readonly aud: string }>>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly resource_group?: string;
}

const text = readFileSync(join(ROOT, "templates/workflows/gitlab.yml"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "gitlab-"));

interface Previewed {
  readonly code: number | null;
  /** The jobs with all that they extend, as YAML. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Holds a pipeline to GitLab's own schema, and merges what its jobs extend. */
function preview(pipelineText: string): Previewed {
  const cwd = mkdtempSync(join(folder, "repository-"));
  writeFileSync(join(cwd, ".gitlab-ci.yml"), pipelineText);
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: cwd };
  execFileSync("git", ["init", "--quiet"], { cwd, env });
  const program = fileURLToPath(import.meta.resolve("gitlab-ci-local"));
  const args = [program, "--preview", "--no-color", "--home", cwd];
  const { status: code, stdout, stderr } = spawnSync(process.execPath, args, { cwd, env, encoding: "utf8" });
  return { code, stdout, stderr };
}

let pipeline: Readonly<Record<string, Job>>;
beforeAll(() => {
  const { code, stdout, stderr } = preview(text);
  if (code !== 0) throw new Error(stderr);
  pipeline = parse(stdout) as typeof pipeline;
});
const job = (name: string): Job => pipeline[name] as Job;

const work = join(folder, "work");
const calls = join(folder, "calls");
/** Programs of the image, which write down how they were called. */
beforeAll(() => {
  for (const name of ["npm", "npx", "terraform", "az", "gcloud"]) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" >> ${calls}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  mkdirSync(work);
});
afterAll(() => rmSync(folder, { recursive: true }));

const VARIABLES: Readonly<Record<string, string>> = {
  GITLAB_OIDC_TOKEN: "a-token",
  AZURE_CLIENT_ID: "client",
  AZURE_TENANT_ID: "tenant",
  AZURE_SUBSCRIPTION_ID: "subscription",
  GCP_WORKLOAD_IDENTITY_PROVIDER: "projects/1/providers/p",
  GCP_SERVICE_ACCOUNT: "deploy@p",
  GCP_PROJECT: "notes-123456",
};

/** A job's own variables, in which those of the project are replaced. */
const variablesOf = (name: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(job(name).variables ?? {}).map(([variable, value]) => [
      variable,
      value.replace(/\$(\w+)/g, (_, of: string) => VARIABLES[of] ?? ""),
    ]),
  );

/** Runs a job's lines in one shell that ends with the first that fails, as a runner does. */
function run(name: string): string[] {
  writeFileSync(calls, "");
  const { before_script, script } = job(name);
  const lines = [...before_script, ...script].join("\n");
  execFileSync("bash", ["--norc", "-e", "-o", "pipefail", "-c", lines], {
    cwd: work,
    env: { PATH: `${folder}:/usr/bin:/bin`, ...VARIABLES, ...variablesOf(name) },
  });
  return readFileSync(calls, "utf8").trim().split("\n");
}

/** How each cloud is shown who the job is, before anything is planned or deployed. */
const SIGNED_IN: Readonly<Record<Cloud, readonly string[]>> = {
  aws: [],
  azure: [
    "az login --service-principal --username client --tenant tenant --federated-token a-token --output none",
    "az account set --subscription subscription",
  ],
  gcp: [
    `gcloud iam workload-identity-pools create-cred-config projects/1/providers/p --service-account deploy@p --credential-source-file ${work}/.oidc-token --output-file ${work}/.credentials.json`,
    `gcloud auth login --cred-file ${work}/.credentials.json --quiet`,
  ],
};
const AUDIENCES: Readonly<Record<Cloud, string>> = {
  aws: "$CI_SERVER_URL",
  azure: "api://AzureADTokenExchange",
  gcp: "https://iam.googleapis.com/$GCP_WORKLOAD_IDENTITY_PROVIDER",
};

/** Variables that tell Terraform of the cloud. */
const TOLD: Readonly<Record<Cloud, Readonly<Record<string, string>>>> = {
  aws: {},
  azure: {
    ARM_USE_OIDC: "true",
    ARM_CLIENT_ID: "client",
    ARM_TENANT_ID: "tenant",
    ARM_SUBSCRIPTION_ID: "subscription",
  },
  gcp: { TF_VAR_project: "notes-123456" },
};

const isMergeRequest = '$CI_PIPELINE_SOURCE == "merge_request_event"';
const isDefaultBranch = "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH";

describe.each(CLOUDS)("the pipeline for GitLab, for %s", (cloud) => {
  const built = ["npm ci", `npx mcp-anycloud build --target ${cloud}`, ...SIGNED_IN[cloud]];
  const planned = [
    `terraform -chdir=infra/${cloud} init -input=false`,
    `terraform -chdir=infra/${cloud} plan -input=false`,
  ];

  test("shows on a merge request what would change, and deploys nothing", () => {
    expect(job(`plan ${cloud}`).rules.map((rule) => rule.if)).toEqual([expect.stringContaining(isMergeRequest)]);
    expect(run(`plan ${cloud}`)).toEqual([...built, ...planned]);
  });

  test("deploys the default branch alone, by the same command as a person, one at a time", () => {
    expect(job(`deploy ${cloud}`)).toMatchObject({
      stage: "deploy",
      resource_group: `deploy-${cloud}`,
      rules: [{ if: expect.stringContaining(isDefaultBranch) }],
    });
    expect(run(`deploy ${cloud}`)).toEqual([...built, `npx mcp-anycloud deploy ${cloud} --yes`]);
  });

  test("takes part once its variables are set, and shows the cloud a token for it alone", () => {
    const [plan, deploy] = ["plan", "deploy"].map((verb) => job(`${verb} ${cloud}`));
    const variable = /^\$[A-Z_]+ && /;
    for (const one of [plan, deploy]) expect(one?.rules[0]?.if).toMatch(variable);
    expect(deploy?.id_tokens).toEqual({ GITLAB_OIDC_TOKEN: { aud: AUDIENCES[cloud] } });
    expect(readFileSync(join(work, ".oidc-token"), "utf8")).toBe("a-token");
    for (const verb of ["plan", "deploy"]) expect(variablesOf(`${verb} ${cloud}`)).toEqual(TOLD[cloud]);
  });
});

test("a pipeline that GitLab would refuse is found", () => {
  const { code, stdout, stderr } = preview(text.replace("resource_group:", "resource-group:"));
  expect(code).not.toBe(0);
  expect(`${stdout}${stderr}`).toContain("resource-group");
});

test("with CDK, a merge request shows what it would change", () => {
  writeFileSync(join(work, "cdk.json"), "{}");
  expect(run("plan aws").at(-1)).toBe("npx cdk diff");
  rmSync(join(work, "cdk.json"));
});

test("stores no key, and has one job for each verb and cloud besides the tests", () => {
  expect(text).not.toMatch(/secret|password|access-key/i);
  const jobs = Object.keys(pipeline).filter((name) => !/^(workflow|stages|test)$/.test(name));
  expect(jobs.sort()).toEqual(CLOUDS.flatMap((cloud) => [`deploy ${cloud}`, `plan ${cloud}`]).sort());
  for (const name of jobs) expect(pipeline.stages).toContain(job(name).stage);
});

import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { CLOUDS, type Cloud } from "../../cli/clouds.ts";
import { ROOT } from "./project.ts";

interface Job {
  readonly extends?: string;
  readonly stage: string;
  readonly rules: readonly { readonly if: string }[];
  readonly before_script: readonly string[];
  readonly script: readonly string[];
  readonly id_tokens: Readonly<Record<string, { readonly aud: string }>>;
  readonly resource_group?: string;
}

const text = readFileSync(join(ROOT, "templates/workflows/gitlab.yml"), "utf8");
const pipeline = parse(text) as Readonly<Record<string, Job>>;

/** A job with what it extends, as GitLab merges it ("extends"). */
function job(name: string): Job {
  const own = pipeline[name] as Job;
  return { ...pipeline[own.extends ?? ""], ...own };
}

const folder = mkdtempSync(join(tmpdir(), "gitlab-"));
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

const VARIABLES = {
  GITLAB_OIDC_TOKEN: "a-token",
  AZURE_CLIENT_ID: "client",
  AZURE_TENANT_ID: "tenant",
  AZURE_SUBSCRIPTION_ID: "subscription",
  GCP_WORKLOAD_IDENTITY_PROVIDER: "projects/1/providers/p",
  GCP_SERVICE_ACCOUNT: "deploy@p",
};

/** Runs a job's lines in one shell that ends with the first that fails, as a runner does. */
function run(name: string): string[] {
  writeFileSync(calls, "");
  const { before_script, script } = job(name);
  const lines = [...before_script, ...script].join("\n");
  execFileSync("bash", ["-e", "-o", "pipefail", "-c", lines], {
    cwd: work,
    env: { PATH: `${folder}:/usr/bin:/bin`, ...VARIABLES },
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
  });
});

test("with CDK, a merge request shows what it would change", () => {
  writeFileSync(join(work, "cdk.json"), "{}");
  expect(run("plan aws").at(-1)).toBe("npx cdk diff");
  rmSync(join(work, "cdk.json"));
});

test("stores no key, and has one job for each verb and cloud besides the tests", () => {
  expect(text).not.toMatch(/secret|password|access-key/i);
  const jobs = Object.keys(pipeline).filter((name) => !/^\.|^(workflow|stages|test)$/.test(name));
  expect(jobs.sort()).toEqual(CLOUDS.flatMap((cloud) => [`deploy ${cloud}`, `plan ${cloud}`]).sort());
  for (const name of jobs) expect(pipeline.stages).toContain(job(name).stage);
});

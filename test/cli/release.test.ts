import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli, startCli } from "./run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "release-cli-"));
const bin = join(folder, "bin");
const calls = join(folder, "calls");
const TOOLS = ["terraform", "gcloud", "aws", "npx", "az", "func"];

/** Tools for which somebody is signed in. */
const signedIn = join(folder, "signed-in");

/** Tools that write down that they ran, and fail as if nobody were signed in. */
beforeAll(() => {
  mkdirSync(signedIn);
  writeFileSync(join(signedIn, "gcloud"), "#!/bin/sh\n");
  chmodSync(join(signedIn, "gcloud"), 0o755);
  mkdirSync(bin);
  for (const name of TOOLS) {
    writeFileSync(
      join(bin, name),
      `#!/bin/sh\necho "${name} $*" >> ${calls}\ncase "$*" in version*|*--version*) exit 0;; esac\necho "sign in first" >&2\nexit 1\n`,
    );
    chmodSync(join(bin, name), 0o755);
  }
  for (const cloud of ["azure", "gcp"]) {
    mkdirSync(join(folder, "infra", cloud), { recursive: true });
    writeFileSync(join(folder, "infra", cloud, "main.tf"), "");
  }
  writeFileSync(join(folder, "cdk.json"), "{}");
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...args: string[]) => runCli(args, { cwd: folder, environment: { PATH: `${bin}:/usr/bin:/bin` } });

describe.each([
  ["aws", "npx --no-install cdk deploy"],
  ["azure", "func azure functionapp publish APP --no-build --javascript)"],
  ["gcp", "gcloud run services update-traffic NAME --to-latest --project PROJECT --region REGION --quiet"],
])("on %s", (cloud, line) => {
  test("a dry run prints every command, and runs none", async () => {
    rmSync(calls, { force: true });
    const { code, stdout, stderr } = await run("deploy", cloud, "--dry-run");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`${line}\n`);
    expect(existsSync(calls)).toBe(false);
    expect(existsSync(join(folder, ".mcp-anycloud"))).toBe(false);
  });

  test("whoever is not signed in is told so, before anything changes", async () => {
    rmSync(calls, { force: true });
    const { code, stderr } = await run("rollback", cloud);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Not ready, sign-in to \w+( \w+)? is missing: .*login.*\.\n$/);
    expect(readFileSync(calls, "utf8")).not.toMatch(/update|publish|deploy/);
  });
});

test("a dry run of a candidate on Azure shows how it is shared out", async () => {
  rmSync(calls, { force: true });
  const { code, stdout } = await run("deploy", "azure", "--candidate", "--dry-run");
  expect(code).toBe(0);
  expect(stdout).toContain("&& func azure functionapp publish APPb --no-build --javascript)\n");
  expect(stdout).toMatch(/ --method put --url '[^']+\/service\/APP\/backends\/mcp\?api-version=2024-05-01' /);
  expect(existsSync(calls)).toBe(false);
});

test("Ctrl-C ends the command after the tool, which has something to finish", async () => {
  const terraform = join(folder, "slow-terraform");
  const [started, finished] = [join(folder, "started"), join(folder, "finished")];
  writeFileSync(
    terraform,
    `#!/bin/sh\n[ "$1" = version ] && exit\ntrap 'sleep 0.5; touch ${finished}; exit 1' INT\ntouch ${started}\nwhile :; do sleep 0.05; done\n`,
  );
  chmodSync(terraform, 0o755);
  const environment = { PATH: `${signedIn}:/usr/bin:/bin`, MCP_ANYCLOUD_TERRAFORM: terraform };
  const cli = startCli(["destroy", "gcp"], { cwd: folder, environment });
  await expect.poll(() => existsSync(started)).toBe(true);
  cli.signalGroup("SIGINT");
  const [code] = await once(cli.process, "exit");
  expect({ code, hasFinished: existsSync(finished) }).toEqual({ code: 130, hasFinished: true });
});

test("doctor tells machines what is missing", async () => {
  const { code, stdout } = await run("doctor", "gcp", "--json");
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    ok: false,
    error: { code: "CONFIG_INVALID", message: "Not ready, sign-in to Google Cloud is missing: gcloud auth login." },
  });
});

test.each([
  [["deploy"], 2, "Nothing says what to deploy: give aws, azure or gcp"],
  [["deploy", "oracle"], 2, 'There is no cloud "oracle": give aws, azure or gcp'],
  [["status", "gcp", "--follow"], 2, "mcp-anycloud status has no flag --follow: leave it out"],
  [["diff"], 2, "Nothing says what to diff: give the url of the live server"],
  [["diff", "http://127.0.0.1:9/mcp"], 1, "Nothing is built to compare with: run mcp-anycloud build first."],
])("mcp-anycloud %j ends with code %i", async (args, code, sentence) => {
  const result = await run(...args);
  expect(result).toMatchObject({ code, stdout: "" });
  expect(result.stderr).toContain(sentence);
});

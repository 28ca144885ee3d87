import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { gcpRelease } from "../../cli/release/clouds/gcp-release.ts";
import type { Command, Tools } from "../../cli/release/tool.ts";
import { findProgram } from "../support/programs.ts";

const folder = mkdtempSync(join(tmpdir(), "release-gcloud-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Replaces the stand-ins of a dry run by names that gcloud takes. */
const real = (text: string): string =>
  text.replaceAll(/[A-Z][A-Z-]+/g, (word) => (STAND_INS.includes(word) ? `a-${word.toLowerCase()}-1` : word));
const STAND_INS = ["PROJECT", "REGION", "NAME", "REVISION", "REVISION-BEFORE", "REVISION-BEFORE-IT", "HASH"];

/** Every command of a release, without one being run. */
async function commands(): Promise<readonly string[][]> {
  const seen: string[][] = [];
  const note = ({ program, args }: Command): void => void (program === "gcloud" && seen.push(args.map(real)));
  const tools: Tools = {
    dryRun: true,
    change: async (command) => note(command),
    look: async (command, instead) => {
      note(command);
      return instead;
    },
  };
  mkdirSync(join(folder, "dist/gcp"), { recursive: true });
  writeFileSync(join(folder, "dist/gcp/index.mjs"), "");
  const infrastructure = {
    cloud: "gcp",
    kind: "terraform",
    folder,
    root: "infra/gcp",
    terraform: "terraform",
  } as const;
  const release = gcpRelease(infrastructure, tools, true);
  await release.publish();
  const traffic = await release.traffic?.(true);
  const candidate = await traffic?.candidate();
  await traffic?.shift(10);
  if (candidate) await traffic?.watched(candidate.name);
  await traffic?.promote();
  await release.rollback();
  await release.logs(false);
  await release.logs(true);
  // Each form once: a start of gcloud takes a second.
  return [...new Map(seen.map((args) => [args.filter((arg) => /^(--|[a-z]+$)/.test(arg)).join(" "), args])).values()];
}

test("gcloud's own parser takes every command of a release", { timeout: 120_000 }, async ({ skip }) => {
  if (!findProgram("gcloud")) return skip("gcloud is not installed: nothing else parses as it does");
  const env = { ...process.env, CLOUDSDK_CONFIG: join(folder, "gcloud"), CLOUDSDK_CORE_DISABLE_PROMPTS: "1" };
  const refused: string[] = [];
  for (const args of await commands()) {
    const failure = await promisify(execFile)("gcloud", [...args, "--access-token-file", "/nowhere"], { env }).catch(
      (error) => error,
    );
    // A command that gcloud parses fails later, without a token or the log-tailing component; one it cannot parse exits with 2.
    if (failure.code === 2 || !/access.token|nowhere|google-cloud-cli-log-streaming/i.test(String(failure.stderr)))
      refused.push(`${args.join(" ")}: ${failure.stderr}`);
  }
  expect(refused).toEqual([]);
});

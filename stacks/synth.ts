import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import type { IngressKind } from "./ingress/ingress.ts";

/*
 * `npm run synth`: makes the stack with each ingress, as `cdk synth` does, without network, Docker or credentials, and
 * fails on every finding of CDK's validation and of cdk-nag. Templates and reports are in cdk.out/<ingress>.
 */

const INGRESSES: readonly IngressKind[] = ["rest-api", "function-url", "web-function"];
const EXAMPLE = "examples/notebook/server.ts";

/** An environment without this machine's AWS settings, and without telemetry. */
const environment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"))),
  AWS_EC2_METADATA_DISABLED: "true",
  CDK_DISABLE_CLI_TELEMETRY: "true",
  // cdk.json runs `node`, which has to be the one that runs this.
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
};

buildWhatIsMissing();
const reports = INGRESSES.map(synthesize);
process.exitCode = reports.every((findings) => findings === 0) ? 0 : 1;

/** Builds an example, because a template needs a built server; an artefact that exists is used as it is. */
function buildWhatIsMissing(): void {
  const isBuilt = (folder: string): boolean => existsSync(join("dist", folder, "index.mjs"));
  const folders = { aws: ["aws", "aws-smoke"], gcp: ["gcp"] };
  const missing = Object.entries(folders).flatMap(([cloud, all]) => (all.every(isBuilt) ? [] : [cloud]));
  if (missing.length === 0) return;
  print(`${missing.map((cloud) => `dist/${cloud}`).join(" and ")} not built yet: building ${EXAMPLE} into it`);
  const targets = missing.flatMap((cloud) => ["--target", cloud]);
  run(["--conditions=@mcp-anycloud/source", "cli/main.ts", "build", EXAMPLE, ...targets]);
}

/** Returns the number of findings; CDK has printed them. */
function synthesize(ingress: IngressKind): number {
  const output = join("cdk.out", ingress);
  const cdk = createRequire(import.meta.url).resolve("aws-cdk/bin/cdk");
  const context = ["--context", "auth=public", "--context", `ingress=${ingress}`];
  const offline = ["--no-notices", "--no-version-reporting", "--no-lookups"];
  let failed = false;
  try {
    run([cdk, "synth", "--quiet", "--strict", "--output", output, ...offline, ...context]);
  } catch {
    failed = true;
  }
  const findings = failed ? Math.max(1, findingsIn(output)) : findingsIn(output);
  print(`${ingress.padEnd(12)}  ${findings === 0 ? "no findings" : `findings: ${findings}`}  ${output}`);
  return findings;
}

/** A report that is missing is a finding: then nothing was validated. */
function findingsIn(output: string): number {
  const file = join(output, "validation-report.json");
  if (!existsSync(file)) return 1;
  const { pluginReports } = JSON.parse(readFileSync(file, "utf8")) as { pluginReports: { violations?: unknown[] }[] };
  return pluginReports.reduce((sum, { violations = [] }) => sum + Math.max(1, violations.length), 0);
}

function run(command: readonly string[]): void {
  execFileSync(process.execPath, command, { env: environment, stdio: ["ignore", "inherit", "inherit"] });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CfnResource } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { describe, expect, test } from "vitest";
import { addChecks } from "../../stacks/checks/add-checks.ts";
import { findProgram } from "../support/programs.ts";
import { INGRESSES, type Synthesis, type SynthesisOptions, synthesize } from "./synthesis.ts";
import { OPT_IN, VARIANTS } from "./variants.ts";

describe("CDK's validation and cdk-nag find nothing", () => {
  test.for(INGRESSES)("in a public server behind %s", (ingress) => {
    expect(synthesize({ ingress }, { check: addChecks }).findings).toEqual([]);
  });

  test.for(Object.keys(VARIANTS))("in %s", (name) => {
    const { server, ...options } = VARIANTS[name] ?? {};
    expect(synthesize(server ?? {}, { ...options, check: addChecks }).findings).toEqual([]);
  });
});

describe("CDK's validation and cdk-nag stop", () => {
  const synthesizeWith = (extend: NonNullable<SynthesisOptions["extend"]>) => () =>
    synthesize({}, { extend, check: addChecks });

  test("a property that CloudFormation does not know", () => {
    const misspelt = { type: "AWS::SQS::Queue", properties: { QueueNam: "jobs" } };
    expect(synthesizeWith((stack) => void new CfnResource(stack, "Queue", misspelt))).toThrow("QueueNam");
  });

  test("a permission that was not acknowledged", () => {
    const statement = new PolicyStatement({ actions: ["s3:*"], resources: ["*"] });
    const grant = synthesizeWith(({ server }) => server.compute?.fn.addToRolePolicy(statement));
    expect(grant).toThrow("AwsSolutions-IAM5[Action::s3:*]");
  });
});

const cfnLint = findProgram("cfn-lint");
describe("cfn-lint finds nothing", () => {
  const templates = [
    ...INGRESSES.map((ingress) => ({ name: ingress, make: () => synthesize({ ingress }) })),
    { name: "everything that is opt-in", make: () => synthesize(OPT_IN.server, OPT_IN) },
  ];
  test.for(templates)("in the template of $name", { timeout: 120_000 }, async ({ make }, { skip }) => {
    if (!cfnLint) return skip("cfn-lint is not installed; pip install cfn-lint brings it");
    expect(await lint(cfnLint, make().template)).toEqual([]);
  });
});

interface LintFinding {
  readonly Rule: { readonly Id: string };
  readonly Message: string;
  readonly Location: { readonly Path: readonly (string | number)[] | null };
}

/** W3005: CDK writes down every order of creation, also one that a reference implies. */
const IGNORED = "W3005";

async function lint(program: string, template: Synthesis["template"]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "mcp-anycloud-lint-"));
  try {
    const file = join(folder, "template.json");
    writeFileSync(file, JSON.stringify(template));
    const command = ["--format", "json", "--ignore-checks", IGNORED, "--template", file];
    // It ends with another code than 0 where it finds something.
    const { stdout } = await promisify(execFile)(program, command).catch((failed: { stdout: string }) => failed);
    const findings = JSON.parse(stdout || "[]") as LintFinding[];
    return findings
      .filter((finding) => !isYoungerThanLint(finding, template))
      .map(({ Rule, Message }) => `${Rule.Id} ${Message}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** cfn-lint comes with the resource types of its own day, and so without tags of dashboards; CDK's validation has these. */
function isYoungerThanLint({ Rule, Message, Location }: LintFinding, { Resources }: Synthesis["template"]): boolean {
  if (Rule.Id === "E3006") return /'AWS::Lambda::WebFunction(Revision|Endpoint)?'/.test(Message);
  const [, id = "", ...property] = Location.Path ?? [];
  const isDashboard = Resources[id]?.Type === "AWS::CloudWatch::Dashboard";
  return Rule.Id === "E3002" && isDashboard && property.join(".") === "Properties.Tags";
}

import { afterAll, expect, test } from "vitest";
import { findMoto, startMotoServer } from "../store/engines.ts";
import { findAwsProvider, NO_AWS_PROVIDER } from "./aws-provider-mirror.ts";
import { deployTo } from "./aws-provider-run.ts";
import { findTerraform, NO_TERRAFORM } from "./run/terraform.ts";

const program = findTerraform();
const mirror = findAwsProvider();
const moto = findMoto();
const missing =
  (!program && NO_TERRAFORM) ||
  (!mirror && NO_AWS_PROVIDER) ||
  (!moto && "moto_server is not installed; pip install 'moto[server]' brings it");

const REGION = "us-east-1";
const GIVEN = {
  name: "notes",
  region: REGION,
  auth: "public",
  image: `123456789012.dkr.ecr.${REGION}.amazonaws.com/notes@sha256:${"0123456789abcdef".repeat(4)}`,
  network: { vpc: "vpc-1", load_balancer_subnets: ["subnet-1", "subnet-2"], task_subnets: ["subnet-3"] },
  custom_domain: {
    name: "mcp.example.com",
    certificate: `arn:aws:acm:${REGION}:123456789012:certificate/11111111-2222-3333-4444-555555555555`,
  },
};

const ended = new AsyncDisposableStack();
afterAll(() => ended.disposeAsync());

/** A command of the real provider takes ten seconds and more: it reads its whole schema each time. */
const PATIENCE = { timeout: 600_000 };

// It is not applied: before moto, the provider waits for minutes.
test("the real AWS provider takes the module for ECS, and plans it", PATIENCE, async ({ skip }) => {
  if (missing || !program || !mirror || !moto) return skip(missing || "");
  const cloud = await startMotoServer(moto);
  ended.defer(() => cloud.close());
  const deployment = deployTo(cloud.endpoint, program, mirror, "aws-ecs");
  ended.defer(() => deployment.remove());
  deployment.give(GIVEN);
  for (const command of ["init", "validate"]) {
    const { code, output } = await deployment.terraform(command, "-no-color");
    expect({ command, code, output }).toMatchObject({ code: 0 });
  }
  // The exit code of a plan that would change something is 2.
  const { code, output } = await deployment.terraform("plan", "-no-color", "-detailed-exitcode");
  expect({ code, output }).toMatchObject({ code: 2 });
  for (const made of ["aws_ecs_service.server", "aws_lb_listener.https", "aws_appautoscaling_policy.processor"]) {
    expect(output).toContain(`# ${made} will be created`);
  }
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { findMoto, startMotoServer } from "../store/engines.ts";
import { findAwsProvider, NO_AWS_PROVIDER } from "./aws-provider-mirror.ts";
import { type Deployment, deployTo } from "./aws-provider-run.ts";
import { findTerraform, NO_TERRAFORM } from "./run/terraform.ts";

/** The module for ECS, applied by the real provider to a local AWS, in the VPC that every account has. */
const REGION = "us-east-1";
/** A command of the real provider takes ten seconds and more: it reads its whole schema each time. */
const PATIENCE = 600_000;

const program = findTerraform();
const mirror = findAwsProvider();
const moto = findMoto();
const missing =
  (!program && NO_TERRAFORM) ||
  (!mirror && NO_AWS_PROVIDER) ||
  (!moto && "moto_server is not installed; pip install 'moto[server]' brings it");

let cloud: Awaited<ReturnType<typeof startMotoServer>> | undefined;
let deployment: Deployment | undefined;

/** Asks a service of the local AWS, which reads of the signature only what it is for. */
async function ask(service: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const authorization = `AWS4-HMAC-SHA256 Credential=LOCAL/20260101/${REGION}/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const response = await fetch(`${cloud?.endpoint}/`, {
    method: "POST",
    headers: { ...form, authorization, ...headers },
    body,
  });
  return response.text();
}

async function given(): Promise<Record<string, unknown>> {
  const subnets = await ask("ec2", "Action=DescribeSubnets&Version=2016-11-15");
  const ids = [...subnets.matchAll(/<subnetId>(subnet-\w+)</g)].map(([, id]) => id);
  const [, vpc] = /<vpcId>(vpc-\w+)</.exec(subnets) ?? [];
  const target = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "CertificateManager.RequestCertificate",
  };
  const { CertificateArn: certificate } = JSON.parse(await ask("acm", '{"DomainName":"mcp.example.com"}', target));
  return {
    name: "notes",
    region: REGION,
    auth: "public",
    image: `123456789012.dkr.ecr.${REGION}.amazonaws.com/notes@sha256:${"0123456789abcdef".repeat(4)}`,
    network: { vpc, load_balancer_subnets: ids.slice(0, 2), task_subnets: ids.slice(0, 2) },
    custom_domain: { name: "mcp.example.com", certificate },
    session_store: "none",
  };
}

beforeAll(async () => {
  if (!program || !mirror || !moto) return;
  cloud = await startMotoServer(moto);
  // moto would run the function that rotates in Docker.
  const body = JSON.stringify({ lambda: { use_docker: false } });
  await fetch(`${cloud.endpoint}/moto-api/config`, { method: "POST", body });
  deployment = deployTo(cloud.endpoint, program, mirror, "aws-ecs");
  deployment.give(await given());
}, PATIENCE);

afterAll(async () => {
  deployment?.remove();
  await cloud?.close();
});

async function terraform(command: string): Promise<string> {
  if (!deployment) throw new Error("There is nothing to deploy to.");
  const run = await deployment.terraform(...command.split(" "), "-no-color");
  expect(run.code, `terraform ${command} ended with ${run.code}:\n${run.output}`).toBe(0);
  return run.output;
}

test(
  "the real AWS provider makes the service behind its load balancer, and takes it away",
  async ({ skip }) => {
    if (missing) return skip(missing);
    await terraform("init");
    await terraform("apply -auto-approve");
    const made = (await terraform("state list"))
      .split("\n")
      .filter((line) => /^aws_(ecs|lb|appautoscaling|vpc)/.test(line));
    expect([...new Set(made.map((address) => address.split(".")[0]))]).toEqual([
      "aws_appautoscaling_policy",
      "aws_appautoscaling_target",
      "aws_ecs_cluster",
      "aws_ecs_service",
      "aws_ecs_task_definition",
      "aws_lb",
      "aws_lb_listener",
      "aws_lb_target_group",
      "aws_vpc_security_group_egress_rule",
      "aws_vpc_security_group_ingress_rule",
    ]);
    await terraform("destroy -auto-approve");
    expect((await terraform("state list")).trim()).toBe("");
  },
  PATIENCE,
);

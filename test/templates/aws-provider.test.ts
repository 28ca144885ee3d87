import { DescribeTableCommand, DynamoDBClient, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findMoto, startMotoServer } from "../store/engines.ts";
import { findAwsProvider, NO_AWS_PROVIDER } from "./aws-provider-mirror.ts";
import { type Deployment, deployTo } from "./aws-provider-run.ts";
import { findTerraform, NO_TERRAFORM } from "./run/terraform.ts";

/*
 * The AWS module's resources that are older than REST streaming, applied by the real provider. They build on one another:
 * the stateless deployment gets a table, and is torn down as docs/terraform.md says.
 */

const NAME = "notes";
const GIVEN = { name: NAME, region: "us-east-1", auth: "public", gateway: null };
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
let dynamodb: DynamoDBClient | undefined;

beforeAll(async () => {
  if (!program || !mirror || !moto) return;
  cloud = await startMotoServer(moto);
  // moto would run functions in Docker, the one that rotates too.
  const body = JSON.stringify({ lambda: { use_docker: false } });
  await fetch(`${cloud.endpoint}/moto-api/config`, { method: "POST", body });
  const credentials = { accessKeyId: "LOCAL", secretAccessKey: "local" };
  dynamodb = new DynamoDBClient({ endpoint: cloud.endpoint, region: GIVEN.region, credentials });
  deployment = deployTo(cloud.endpoint, program, mirror);
  await terraform("init");
}, PATIENCE);

afterAll(async () => {
  dynamodb?.destroy();
  deployment?.remove();
  await cloud?.close();
});

/** Runs a command that must end with the code. */
async function terraform(command: string, { given = GIVEN, code = 0 } = {}): Promise<string> {
  if (!deployment) throw new Error("There is nothing to deploy to.");
  deployment.give(given);
  const run = await deployment.terraform(...command.split(" "), "-no-color");
  expect(run.code, `terraform ${command} ended with ${run.code}:\n${run.output}`).toBe(code);
  return run.output;
}

const typesMade = async (): Promise<string[]> => {
  const addresses = (await terraform("state list")).split("\n").filter((line) => /^aws_/.test(line));
  return [...new Set(addresses.map((address) => address.split(".")[0] ?? ""))].sort();
};

const STATELESS = { ...GIVEN, session_store: "none" };

describe("the real AWS provider", () => {
  test(
    "makes a stateless server without a table, and has nothing to change in it",
    async ({ skip }) => {
      if (missing) return skip(missing);
      await terraform("apply -auto-approve", { given: STATELESS });
      expect(await typesMade()).toEqual([
        "aws_cloudwatch_dashboard",
        "aws_cloudwatch_log_group",
        "aws_cloudwatch_log_metric_filter",
        "aws_cloudwatch_metric_alarm",
        "aws_iam_role",
        "aws_iam_role_policy",
        "aws_lambda_alias",
        "aws_lambda_function",
        "aws_lambda_function_url",
        "aws_lambda_permission",
        "aws_secretsmanager_secret",
        "aws_secretsmanager_secret_rotation",
        "aws_secretsmanager_secret_version",
      ]);
      await terraform("plan -detailed-exitcode", { given: STATELESS });
    },
    PATIENCE,
  );

  test(
    "adds the table, publishes a version for it, and has nothing to change in that",
    async ({ skip }) => {
      if (missing) return skip(missing);
      await terraform("apply -auto-approve");
      expect(await typesMade()).toContain("aws_dynamodb_table");
      const { Table } = (await dynamodb?.send(new DescribeTableCommand({ TableName: NAME }))) ?? {};
      expect(Table).toMatchObject({ DeletionProtectionEnabled: true, SSEDescription: { Status: "ENABLED" } });
      expect(await terraform("state show aws_lambda_alias.live")).toMatch(/function_version += "2"/);
      await terraform("plan -detailed-exitcode");
    },
    PATIENCE,
  );

  test(
    "finds a table that another deployment shares",
    async ({ skip }) => {
      if (missing) return skip(missing);
      const given = { ...GIVEN, name: "other", shared_state: { table: NAME } };
      expect(await terraform("plan -refresh=false", { given })).toContain(":table/notes");
      const wrong = { ...GIVEN, name: "other", shared_state: { table: "nowhere" } };
      expect(await terraform("plan -refresh=false", { given: wrong, code: 1 })).toContain("nowhere");
    },
    PATIENCE,
  );

  test(
    "does not delete the table before its protection is taken away",
    async ({ skip }) => {
      if (missing) return skip(missing);
      expect(await terraform("destroy -auto-approve", { code: 1 })).toContain("DeletionProtectionEnabled");
      expect(await typesMade()).toEqual(["aws_dynamodb_table"]);
      await dynamodb?.send(new UpdateTableCommand({ TableName: NAME, DeletionProtectionEnabled: false }));
      await terraform("destroy -auto-approve");
      expect(await typesMade()).toEqual([]);
    },
    PATIENCE,
  );
});

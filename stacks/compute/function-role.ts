import { Stack } from "aws-cdk-lib";
import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { policyArnOf, type RedisProps } from "../state/redis.ts";

/** The operations of adapters/aws/dynamodb/dynamodb-client.ts, and no other. */
const TABLE_ACTIONS = ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"].map((name) => `dynamodb:${name}`);

/** DynamoDB uses a key with the permissions of the table's user (DynamoDB Developer Guide, "Encryption at rest"). */
const TABLE_KEY_ACTIONS = [
  "kms:CreateGrant",
  "kms:Decrypt",
  "kms:DescribeKey",
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
];

/** "Required IAM permissions" of "Giving Lambda functions access to resources in an Amazon VPC". */
const NETWORK_ACTIONS = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:UnassignPrivateIpAddresses",
];

export interface FunctionRoleParts {
  readonly table: ITableV2 | undefined;
  readonly redis: RedisProps | undefined;
  readonly keyRing: ISecret | undefined;
  readonly logGroup: ILogGroup;
  readonly inVpc: boolean;
}

/** The function's role, which allows its table or the URL of its Redis server, its key ring and its log. */
export function createFunctionRole(
  scope: Construct,
  { table, redis, keyRing, logGroup, inVpc }: FunctionRoleParts,
): Role {
  const role = new Role(scope, "FunctionRole", {
    assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    description: "What the MCP server may do",
  });
  const allow = (actions: string[], resource: string): void => {
    role.addToPolicy(new PolicyStatement({ actions, resources: [resource] }));
  };
  if (table) allow(TABLE_ACTIONS, table.tableArn);
  allow(["logs:CreateLogStream", "logs:PutLogEvents"], logGroup.logGroupArn);
  if (keyRing) allow(["secretsmanager:GetSecretValue"], keyRing.secretArn);
  if (redis) allow(["secretsmanager:GetSecretValue"], policyArnOf(redis.urlSecret));
  if (redis?.urlSecret.encryptionKey) {
    allowVia(role, redis.urlSecret.encryptionKey, "secretsmanager", ["kms:Decrypt"]);
  }
  if (table?.encryptionKey) allowVia(role, table.encryptionKey, "dynamodb", TABLE_KEY_ACTIONS);
  if (keyRing?.encryptionKey) allowVia(role, keyRing.encryptionKey, "secretsmanager", ["kms:Decrypt"]);
  // Network interfaces have no names before they exist, so the policy cannot name them.
  if (inVpc) allow(NETWORK_ACTIONS, "*");
  return role;
}

/** Allows the use of a key through one service only. */
export function allowVia(role: Role, key: IKey, service: string, actions: string[]): void {
  const { region, urlSuffix } = Stack.of(role);
  role.addToPolicy(
    new PolicyStatement({
      actions,
      resources: [key.keyArn],
      conditions: { StringEquals: { "kms:ViaService": `${service}.${region}.${urlSuffix}` } },
    }),
  );
}

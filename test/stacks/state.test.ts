import { describe, expect, test } from "vitest";
import { toAttributes, toKey } from "../../adapters/aws/dynamodb/item.ts";
import { INGRESSES, type Resource, synthesize } from "./synthesis.ts";
import { OPT_IN, secret, sessionTable } from "./variants.ts";

/** Types whose resources hold what cannot be made again. */
const STATEFUL = /^AWS::(DynamoDB|S3|SecretsManager::Secret$|Logs::LogGroup|SQS|RDS|EFS|Cognito::UserPool$|KMS::Key$)/;

/** CDK's own bucket of a Web Function holds a copy of the artefact, which the next deployment makes again. */
const COPIES = ["AWSCDKWebFunctionAssetBucket"];

const statefulIn = (resources: Record<string, Resource>): [string, Resource][] =>
  Object.entries(resources).filter(
    ([id, { Type }]) => STATEFUL.test(Type) && !Type.endsWith("Policy") && !COPIES.some((copy) => id.startsWith(copy)),
  );

describe.for(INGRESSES)("with %s", (ingress) => {
  const { template, only, resources } = synthesize({ ingress });

  test("everything that holds state outlives its stack, and a deployment that fails leaves only what is protected", () => {
    const stateful = statefulIn(template.Resources).filter(([id]) => !id.startsWith("Custom"));
    expect(stateful.map(([, { Type }]) => Type)).toContain("AWS::DynamoDB::GlobalTable");
    const versions = Object.entries(template.Resources).filter(([, { Type }]) => Type === "AWS::Lambda::Version");
    for (const [id, { Type, DeletionPolicy, UpdateReplacePolicy }] of [...stateful, ...versions]) {
      expect({ id, DeletionPolicy, UpdateReplacePolicy }).toEqual({
        id,
        // A protected table cannot be deleted, and a rollback that tried would fail.
        DeletionPolicy: Type === "AWS::DynamoDB::GlobalTable" ? "Retain" : "RetainExceptOnCreate",
        UpdateReplacePolicy: "Retain",
      });
    }
  });

  test("the table is encrypted, recoverable, protected, and paid by the request", () => {
    expect(only("AWS::DynamoDB::GlobalTable")).toMatchObject({
      BillingMode: "PAY_PER_REQUEST",
      SSESpecification: { SSEEnabled: true, SSEType: "KMS" },
      Replicas: [
        {
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
        },
      ],
    });
  });

  test("the table's keys and expiry are those that the store writes", () => {
    const { KeySchema, TimeToLiveSpecification } = only("AWS::DynamoDB::GlobalTable");
    const names = (KeySchema as { AttributeName: string }[]).map(({ AttributeName }) => AttributeName);
    expect(names).toEqual(Object.keys(toKey({ partition: "p", sort: "s" })));
    const item = toAttributes({ partition: "p", sort: "s", expiresAt: 1 }, { version: 1, content: { value: "" } });
    const { AttributeName, Enabled } = TimeToLiveSpecification as { AttributeName: string; Enabled: boolean };
    expect(Enabled).toBe(true);
    expect(item[AttributeName]).toEqual({ N: "1" });
  });

  test("the key ring rotates, for the first time at once, and is in no template", () => {
    expect(only("AWS::SecretsManager::RotationSchedule")).toMatchObject({
      RotateImmediatelyOnUpdate: true,
      RotationRules: { ScheduleExpression: "rate(30 days)" },
    });
    expect(only("AWS::SecretsManager::Secret")).not.toHaveProperty("SecretString");
  });

  test("log lines are kept for a month", () => {
    const groups = resources("AWS::Logs::LogGroup").filter(([id]) => !id.startsWith("Custom"));
    expect(groups.length).toBeGreaterThan(0);
    for (const [, { Properties }] of groups) expect(Properties.RetentionInDays).toBe(30);
  });
});

test("a table that was there before is used as it is", () => {
  const { resources, template } = synthesize({ sessionTable });
  expect(resources("AWS::DynamoDB::GlobalTable")).toEqual([]);
  expect(JSON.stringify(template.Outputs.SessionStoreName)).toContain("sessions");
});

test.for(INGRESSES)("with %s, a server without state has no table, nor any resource for one", (ingress) => {
  const withTable = JSON.stringify(synthesize({ ingress }).template);
  const without = JSON.stringify(synthesize({ ingress, sessionStore: "none" }).template);
  const words = /dynamodb|SessionTable|TableThrottles|SessionStoreName|CapacityUnits/gi;
  expect(withTable.match(words)?.length).toBeGreaterThan(5);
  expect(without.match(words)).toBeNull();
});

test.for(INGRESSES)(
  "with %s, a server whose state is in Redis reads the URL in its secret, and has no table",
  (ingress) => {
    const { resources, template } = synthesize({ ingress, sessionStore: "redis", redis: { urlSecret: secret } });
    expect(resources("AWS::DynamoDB::GlobalTable")).toEqual([]);
    expect(template.Outputs).not.toHaveProperty("SessionStoreName");
    const policies = resources("AWS::IAM::Policy").filter(([id]) => id.startsWith("ServerFunctionRole"));
    expect(JSON.stringify(policies)).toContain(secret.secretArn);
  },
);

test("a key of one's own serves the key ring alone where there is no table", () => {
  const { server, ...options } = OPT_IN;
  const { newSessionTable: _, tasks: __, ...others } = server;
  const { only } = synthesize({ ...others, sessionStore: "none" }, options);
  expect(only("AWS::SecretsManager::Secret").KmsKeyId).toBe(server.encryptionKey?.keyArn);
});

test("a key of one's own is used for table and key ring, and through their services only", () => {
  const { only, resources } = synthesize(OPT_IN.server, OPT_IN);
  const [key] = OPT_IN.server.encryptionKey ? [OPT_IN.server.encryptionKey.keyArn] : [];
  expect(JSON.stringify(only("AWS::DynamoDB::GlobalTable"))).toContain(key);
  expect(only("AWS::SecretsManager::Secret").KmsKeyId).toBe(key);
  const uses = resources("AWS::IAM::Policy").flatMap(([, { Properties }]) =>
    (Properties.PolicyDocument as { Statement: { Resource: unknown; Condition?: unknown }[] }).Statement.filter(
      ({ Resource }) => Resource === key,
    ),
  );
  expect(uses.length).toBe(3);
  for (const { Condition } of uses)
    expect(JSON.stringify(Condition)).toMatch(/kms:ViaService.*(dynamodb|secretsmanager)\./);
});

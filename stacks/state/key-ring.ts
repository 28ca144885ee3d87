import { Aws, Duration, RemovalPolicy } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { Architecture, Code, Function as LambdaFunction, LoggingFormat, Runtime } from "aws-cdk-lib/aws-lambda";
import { CfnRotationSchedule, type ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { allowVia } from "../compute/function-role.ts";
import { createLogGroup } from "../operations/request-log.ts";
import { packagedFolder } from "../packaged-folder.ts";

export interface KeyRingProps {
  /** Time between two new keys, in whole days. */
  readonly rotateEvery: Duration;
  readonly encryptionKey: IKey | undefined;
}

/** "Permissions for rotation" of the Secrets Manager User Guide, without the password generator, which knows no base64. */
const ROTATION_ACTIONS = ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"].map(
  (name) => `secretsmanager:${name}`,
);

/**
 * The keys that seal `requestState`, in a secret that outlives its stack, with a function that adds a key at each rotation.
 * The first rotation follows the creation at once and makes the first key: no key is ever in a template.
 */
export function createKeyRing(parent: Construct, { rotateEvery, encryptionKey }: KeyRingProps): ISecret {
  const scope = new Construct(parent, "KeyRing");
  const secret = new Secret(scope, "Secret", {
    description: "Keys that seal what an MCP call remembers while its client asks the user",
    // A first deployment that fails leaves none behind.
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    ...(encryptionKey && { encryptionKey }),
  });
  const role = createRotationRole(scope, secret);
  const rotation = new LambdaFunction(scope, "Rotation", {
    description: "Adds a key to the key ring, and takes away those that sealed nothing which is still good",
    code: Code.fromAsset(packagedFolder("key-rotation")),
    handler: "index.handler",
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    timeout: Duration.minutes(1),
    memorySize: 256,
    role,
    loggingFormat: LoggingFormat.JSON,
    logGroup: rotationLog(scope, role),
  });
  rotation.addPermission("SecretsManager", {
    principal: new ServicePrincipal("secretsmanager.amazonaws.com"),
    sourceArn: secret.secretArn,
    sourceAccount: Aws.ACCOUNT_ID,
  });
  // RotationSchedule would let the function make passwords of any kind, on every resource.
  const schedule = new CfnRotationSchedule(scope, "Schedule", {
    secretId: secret.secretArn,
    rotationLambdaArn: rotation.functionArn,
    rotationRules: { scheduleExpression: `rate(${rotateEvery.toDays()} days)` },
    rotateImmediatelyOnUpdate: true,
  });
  // The first rotation needs the permission, and the role's policy.
  schedule.node.addDependency(rotation, role);
  return secret as ISecret;
}

function createRotationRole(scope: Construct, secret: Secret): Role {
  const role = new Role(scope, "RotationRole", {
    assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    description: "What rotating the key ring takes",
  });
  role.addToPolicy(new PolicyStatement({ actions: ROTATION_ACTIONS, resources: [secret.secretArn] }));
  const { encryptionKey } = secret;
  if (encryptionKey) allowVia(role, encryptionKey, "secretsmanager", ["kms:Decrypt", "kms:GenerateDataKey"]);
  return role;
}

function rotationLog(scope: Construct, role: Role): ReturnType<typeof createLogGroup> {
  const logGroup = createLogGroup(scope, "RotationLog", 30);
  const actions = ["logs:CreateLogStream", "logs:PutLogEvents"];
  role.addToPolicy(new PolicyStatement({ actions, resources: [logGroup.logGroupArn] }));
  return logGroup;
}

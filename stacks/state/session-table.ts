import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, Billing, type ITableV2, TableEncryptionV2, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";

/** Options of a table that the construct creates. */
export interface SessionTableProps {
  /** Days for which the table can be set back to any second. 1 to 35, default 7. Idle: nothing; $0.20 per GB and month. */
  readonly recoveryDays?: number;
  /** Most read request units per second: a limit of what reading can cost. Default: the account's limit. */
  readonly maxReadRequestUnits?: number;
  /** Most write request units per second: a limit of what writing can cost. Default: the account's limit. */
  readonly maxWriteRequestUnits?: number;
}

/** Key and expiry attributes of adapters/aws/dynamodb/item.ts; a test holds both to the same names. */
const PARTITION_KEY = { name: "pk", type: AttributeType.STRING };
const SORT_KEY = { name: "sk", type: AttributeType.STRING };
const EXPIRY_ATTRIBUTE = "expiresAt";

/** The table of sessions and shared state. It outlives its stack, and is protected against deletion. */
export function createSessionTable(scope: Construct, props: SessionTableProps, key: IKey | undefined): ITableV2 {
  const { recoveryDays = 7, maxReadRequestUnits, maxWriteRequestUnits } = props;
  return new TableV2(scope, "SessionTable", {
    partitionKey: PARTITION_KEY,
    sortKey: SORT_KEY,
    timeToLiveAttribute: EXPIRY_ATTRIBUTE,
    billing: Billing.onDemand({
      ...(maxReadRequestUnits !== undefined && { maxReadRequestUnits }),
      ...(maxWriteRequestUnits !== undefined && { maxWriteRequestUnits }),
    }),
    // Names itself in CloudTrail, unlike the key that DynamoDB owns, and has no monthly price, unlike one of yours.
    encryption: key ? TableEncryptionV2.customerManagedKey(key) : TableEncryptionV2.awsManagedKey(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: recoveryDays },
    deletionProtection: true,
    // Also where a first deployment fails: a table that is protected cannot be deleted, and the rollback would fail with it.
    removalPolicy: RemovalPolicy.RETAIN,
  }) as ITableV2;
}

import type { Meter } from "../metered-store.ts";

const SECONDS_OF_DAY = 86_400;

/** US dollars for one operation, or one unit of DynamoDB. */
export interface Prices {
  readonly store: string;
  /** Dollars for what `meter` counted. */
  readonly dollars: (meter: Meter) => number;
}

/** List prices without free quotas, November 2026; look them up for your region before you rely on them. */
export const PRICES: readonly Prices[] = [
  {
    // us-east-1, on demand: aws.amazon.com/dynamodb/pricing/on-demand
    store: "DynamoDB",
    dollars: ({ readUnits, writeUnits }) => (readUnits * 0.125 + writeUnits * 0.625) / 1e6,
  },
  {
    // East US, LRS: azure.microsoft.com/pricing/details/storage/tables, $0.00036 for 10,000 transactions.
    store: "Azure Table Storage",
    dollars: ({ reads, writes }) => (reads + writes) * 0.000_000_036,
  },
  {
    // us-central1: cloud.google.com/firestore/pricing, $0.03 for 100,000 reads and $0.09 for 100,000 writes. A query that finds nothing is one read.
    store: "Firestore",
    dollars: ({ reads, writes }) => (reads * 0.03 + writes * 0.09) / 1e5,
  },
];

/** Dollars for a day that goes on like the seconds that were measured. */
export const dollarsPerDay = ({ dollars }: Prices, meter: Meter, seconds: number): number =>
  (dollars(meter) * SECONDS_OF_DAY) / seconds;

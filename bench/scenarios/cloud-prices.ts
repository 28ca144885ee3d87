import { QUOTA_OF_512_MB } from "./cpu-quota.ts";
import type { Start } from "./fresh-process.ts";

/** Where an instance runs, and what a million requests to it cost, in US dollars beyond any free grant. */
export interface Cloud {
  readonly title: string;
  dollarsPerMillion(start: Start): number;
}

/** Of all requests, those that meet a new instance: a guess that is the same for everybody. */
export const COLD_PART = 0.01;

const MILLION = 1e6;
const upTo = (stepMs: number, ms: number): number => Math.ceil(ms / stepMs) * stepMs;
const mixed = (coldMs: number, warmMs: number): number => coldMs * COLD_PART + warmMs * (1 - COLD_PART);

/**
 * List prices, November 2026, to be checked before anybody relies on them. Times are CPU times of this machine: an answer
 * that waits for nothing takes no other, and neighbours do not lengthen them.
 */
export const CLOUDS: readonly Cloud[] = [
  {
    // aws.amazon.com/lambda/pricing, us-east-1, arm64: by the millisecond, initialization included, at a whole core.
    title: "AWS Lambda, 512 MB",
    dollarsPerMillion({ first, next = first }) {
      const ms = mixed(upTo(1, first.cpu), upTo(1, next.cpu / QUOTA_OF_512_MB));
      return 0.2 + MILLION * (ms / 1000) * 0.5 * 0.000_013_333_4;
    },
  },
  {
    // azure.microsoft.com/pricing/details/functions, Flex Consumption, on demand: a second at least, for a request alone.
    title: "Azure Functions, 2 GB",
    dollarsPerMillion({ first, next = first }) {
      const ms = mixed(Math.max(1_000, upTo(100, first.cpu)), Math.max(1_000, upTo(100, next.cpu)));
      return 0.4 + MILLION * (ms / 1000) * 2 * 0.000_026;
    },
  },
  {
    // cloud.google.com/run/pricing, request-based, tier 1: by 100 ms, for a request alone.
    title: "Cloud Run, 1 vCPU, 512 MiB",
    dollarsPerMillion({ first, next = first }) {
      const ms = mixed(upTo(100, first.cpu), upTo(100, next.cpu));
      return 0.4 + MILLION * (ms / 1000) * (0.000_024 + 0.5 * 0.000_002_5);
    },
  },
];

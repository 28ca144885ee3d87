import { QUOTA_OF_512_MB } from "./cpu-quota.ts";
import type { Start } from "./fresh-process.ts";

/** A cloud, and the price of a million requests in US dollars, beyond any free grant. */
export interface Cloud {
  readonly title: string;
  dollarsPerMillion(start: Start): number;
}

/** The part of all requests that a new instance serves. A guess, and the same for every subject. */
export const COLD_PART = 0.01;

const MILLION = 1e6;
const upTo = (stepMs: number, ms: number): number => Math.ceil(ms / stepMs) * stepMs;
const mixed = (coldMs: number, warmMs: number): number => coldMs * COLD_PART + warmMs * (1 - COLD_PART);

/**
 * List prices of November 2026: check them before you rely on them. Times are the CPU times of this machine, because other
 * processes on it do not lengthen them, and an answer that waits for nothing takes no other time.
 */
export const CLOUDS: readonly Cloud[] = [
  {
    // aws.amazon.com/lambda/pricing, us-east-1, arm64: by the millisecond, initialization included, which runs at a whole core.
    title: "AWS Lambda, 512 MB",
    dollarsPerMillion({ first, next = first }) {
      const ms = mixed(upTo(1, first.cpu), upTo(1, next.cpu / QUOTA_OF_512_MB));
      return 0.2 + MILLION * (ms / 1000) * 0.5 * 0.000_013_333_4;
    },
  },
  {
    // azure.microsoft.com/pricing/details/functions, Flex Consumption, on demand: at least a second for a request on its own.
    title: "Azure Functions, 2 GB",
    dollarsPerMillion({ first, next = first }) {
      const ms = mixed(Math.max(1_000, upTo(100, first.cpu)), Math.max(1_000, upTo(100, next.cpu)));
      return 0.4 + MILLION * (ms / 1000) * 2 * 0.000_026;
    },
  },
  {
    // cloud.google.com/run/pricing, request-based, tier 1: by 100 ms for a request on its own.
    title: "Cloud Run, 1 vCPU, 512 MiB",
    dollarsPerMillion({ first, next = first }) {
      const ms = mixed(upTo(100, first.cpu), upTo(100, next.cpu));
      return 0.4 + MILLION * (ms / 1000) * (0.000_024 + 0.5 * 0.000_002_5);
    },
  },
];

import type { MemoryReport } from "./memory-run.ts";

const MAX_RESIDENT_MEBIBYTES = 400;
/** An honest call may take so many times as long beside an attack. */
const MAX_SLOWDOWN = 10;

/** What of a run is over its limits, in words. */
export function excessOf({ maxResidentBytes, quietMs, besideSlowMs, besideHostileMs }: MemoryReport): string[] {
  const mebibytes = Math.round(maxResidentBytes / 1_048_576);
  const slowdowns = { "slow bodies": besideSlowMs, "hostile bodies": besideHostileMs };
  return [
    ...(mebibytes > MAX_RESIDENT_MEBIBYTES ? [`${mebibytes} MiB were resident`] : []),
    ...Object.entries(slowdowns)
      .filter(([, ms]) => ms > MAX_SLOWDOWN * quietMs)
      .map(([attack, ms]) => `beside ${attack}, calls took ${ms.toFixed(1)} ms instead of ${quietMs.toFixed(1)} ms`),
  ];
}

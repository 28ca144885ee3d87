import type { MemoryReport } from "./memory-run.ts";

const MAX_RESIDENT_MEBIBYTES = 400;
/** An honest call may take so many times as long beside an attack. */
const MAX_SLOWDOWN = 10;

/** Says when more memory was used than may be. */
export function memoryExcess({ maxResidentBytes }: MemoryReport): string[] {
  const mebibytes = Math.round(maxResidentBytes / 1_048_576);
  return mebibytes > MAX_RESIDENT_MEBIBYTES ? [`${mebibytes} MiB were resident`] : [];
}

/** Says where honest calls took longer than they may. Only a machine that does nothing else can tell. */
export function slowdownExcess({ quietMs, besideSlowMs, besideHostileMs }: MemoryReport): string[] {
  return Object.entries({ "slow bodies": besideSlowMs, "hostile bodies": besideHostileMs })
    .filter(([, ms]) => ms > MAX_SLOWDOWN * quietMs)
    .map(([attack, ms]) => `beside ${attack}, calls took ${ms.toFixed(1)} ms instead of ${quietMs.toFixed(1)} ms`);
}

import type { DrillReport } from "./drill.ts";

/** Requests that a candidate may get of all: a tenth, and as many more as chance gives it. */
const LARGEST_SHARE = 0.15;

/** A sentence for each thing that went wrong while a bad version was deployed. */
export function faultsOf(report: DrillReport): string[] {
  const { lostSessions, wrong, failed, failedAfter, toBad, toAll, isBack, isShared, told } = report;
  return [
    ...(lostSessions > 0 ? [`${lostSessions} sessions were lost`] : []),
    ...(wrong.length > 0 ? [`${wrong.length} answers were wrong, such as ${wrong[0]}`] : []),
    ...(failed > toBad ? [`${failed} calls failed, of ${toBad} that the bad version got`] : []),
    ...(isShared && toBad > LARGEST_SHARE * toAll ? [`the bad version got ${toBad} of ${toAll} requests`] : []),
    ...(failedAfter > 0 ? [`${failedAfter} calls failed after the bad version was taken back`] : []),
    ...(isBack ? [] : [`the version before has not all traffic again: ${told}`]),
  ];
}

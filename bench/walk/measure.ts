import { CALLS, type Call } from "./calls.ts";
import { checkAgreement, startCoverage } from "./coverage.ts";
import { createLambdaClient, provideLambdaRuntime } from "./lambda-client.ts";
import { LIMITS, type WalkLimits, type WalkTitle } from "./layout.ts";
import { installRecorder, type OwnFunction } from "./recorder.ts";
import { type Walk, walkOf } from "./walk-of.ts";

export interface MeasuredWalk extends Walk {
  readonly title: WalkTitle;
  readonly limits: WalkLimits;
}

/** Enough calls to fill caches, and to load what is loaded late. */
const WARM_UP_CALLS = 20;
/** A call with a question may meet a timer: of several, the one with the median of returns counts. */
const MEASURED_CALLS = 9;

/**
 * Measures each scenario from the Lambda adapter to the end of the response. Call it once, in a process that has loaded
 * none of the project's own modules: it instruments them while they load.
 */
export async function measureWalks(): Promise<MeasuredWalk[]> {
  const coverage = startCoverage();
  const recorder = installRecorder();
  provideLambdaRuntime();
  const { default: serve } = await import("./lambda-function.ts");
  const measured: MeasuredWalk[] = [];
  for (const title of Object.keys(CALLS) as WalkTitle[]) {
    const call = await CALLS[title](createLambdaClient(serve));
    for (let number = 0; number < WARM_UP_CALLS; number++) await call();
    const walks: Walk[] = [];
    for (let number = 0; number < MEASURED_CALLS; number++) walks.push(walkOf(await recordCall(call)));
    walks.sort((one, other) => one.returns - other.returns);
    const median = walks[(MEASURED_CALLS - 1) / 2];
    if (median) measured.push({ title, ...median, limits: LIMITS[title] });
  }
  return measured;

  async function recordCall(call: Call): Promise<OwnFunction[]> {
    coverage.take(recorder.functions);
    const entries = await recorder.record(call);
    checkAgreement(new Set(entries), coverage.take(recorder.functions));
    return entries;
  }
}

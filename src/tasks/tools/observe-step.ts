import { servedRequest } from "../../http/served-request.ts";

/** Runs a step in a span of its own, where requests are observed. */
export async function observeStep<Result>(key: string, work: () => Result | Promise<Result>): Promise<Result> {
  const telemetry = servedRequest.getStore()?.telemetry;
  return telemetry ? telemetry.step(key, async () => work()) : work();
}

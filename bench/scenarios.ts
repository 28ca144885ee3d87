import { measureBundles } from "./scenarios/bundles.ts";
import { measureCosts } from "./scenarios/costs.ts";
import { measureInSession } from "./scenarios/in-session.ts";
import { measureMemory } from "./scenarios/memory.ts";
import { measureOverHttp } from "./scenarios/over-http.ts";
import { measureRemote } from "./scenarios/remote.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { measureStarts } from "./scenarios/starts.ts";
import { measureTelemetry } from "./scenarios/telemetry.ts";
import { measureWarm } from "./scenarios/warm.ts";

/** Every scenario by the name that `--only` takes, in the order in which they run. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  warm: measureWarm,
  session: measureInSession,
  starts: measureStarts,
  http: measureOverHttp,
  remote: measureRemote,
  memory: measureMemory,
  bundles: measureBundles,
  costs: measureCosts,
  telemetry: measureTelemetry,
};

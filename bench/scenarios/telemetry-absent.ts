import type { Invocation } from "../../src/adapter.ts";
import type { RequestContext } from "../../src/auth/request-context.ts";
import { servedRequest } from "../../src/http/served-request.ts";
import { observeMessage } from "../../src/server/observe-message.ts";
import type { Built } from "../artefacts.ts";
import { quantile } from "../quantile.ts";
import type { Row } from "../report/row.ts";
import { benchRequest } from "../requests.ts";
import { OURS } from "../subjects.ts";
import { TELEMETRY_ABSENT } from "../targets.ts";

/** Source files that only observed servers have. */
const OF_TELEMETRY = /@opentelemetry\/|(^|\/)(src\/telemetry|adapters\/otel)\//;
const CALLS = 1_000_000;
const ROUNDS = 11;

/** The cost of telemetry for a server that is not observed. */
export function absentRows(ours: Built): readonly Row[] {
  const names = { subject: OURS.title };
  const bytes = [...ours.files.values()]
    .filter(({ inputs = [] }) => inputs.some((input) => OF_TELEMETRY.test(input)))
    .reduce((sum, file) => sum + file.bytes, 0);
  const microseconds = absentMicroseconds();
  return [
    {
      ...names,
      scenario: "telemetry absent: files with a part of it",
      unit: "bytes",
      median: bytes,
      ours: { as: "itself", wall: bytes, target: TELEMETRY_ABSENT.bytes },
    },
    {
      ...names,
      scenario: "telemetry absent: what is asked of it in a call",
      unit: "µs",
      median: microseconds,
      ours: { as: "itself", wall: microseconds, target: TELEMETRY_ABSENT.microseconds },
    },
  ];
}

/** Times the code of a call that asks for telemetry where there is none: on the way to a span, and at the end of the request's line. */
function absentMicroseconds(): number {
  const message = JSON.parse(benchRequest("tools/call", "2026-07-28").body);
  const invocation: Invocation = { requestId: "bench", canStream: true };
  const context = { request: { headers: {} }, invocation, logFields: {} } as unknown as RequestContext;
  const serve = (): object => message;
  return servedRequest.run({ requestId: "bench", logFields: context.logFields }, () => {
    const rounds: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const startedAt = performance.now();
      for (let call = 0; call < CALLS; call++) {
        observeMessage(context, message, serve);
        servedRequest.getStore()?.telemetry?.flush(invocation);
      }
      rounds.push(((performance.now() - startedAt) / CALLS) * 1000);
    }
    return quantile(rounds, 0.5);
  });
}

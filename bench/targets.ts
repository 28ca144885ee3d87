/** Every target that the results are held against, in one place. "Times" and "part" are as in `Comparison`. */
import type { Target } from "./report/row.ts";
import { OURS_GATEWAY, RECIPE, SDK, SDK_READING, type Subject } from "./subjects.ts";

type BySubject = ReadonlyMap<Subject, Target>;

/** Times: warm `tools/call`, in each era that the subject speaks. */
export const WARM_CALL: BySubject = new Map([
  [SDK, { atLeast: 3 }],
  [RECIPE, { atLeast: 6 }],
  [OURS_GATEWAY, { atMost: 1.2 }],
]);

/** Times: warm `tools/list` of 50 tools. */
export const WARM_LIST: BySubject = new Map([[SDK, { atLeast: 3.8 }]]);

/** Part: the mean of requests 2 to 100 of a new instance. */
export const NEXT_REQUESTS: BySubject = new Map([[SDK, { atMost: 0.5 }]]);

/** Part, of what a start takes beyond an empty process. */
export const COLD_START: BySubject = new Map([
  [SDK, { atMost: 0.45 }],
  [SDK_READING, { atMost: 0.42 }],
]);

/** The same at a part of a core. */
export const THROTTLED_START: BySubject = new Map([[SDK, { atMost: 0.5 }]]);

/** Times: `tools/call` over HTTP, beside `toNodeHandler`. The wall time is meaningful only where the bench's client has a core of its own. */
export const OVER_HTTP: Target = { atLeast: 2.5, by: "cpu" };

/** Milliseconds that a gateway adds to a call of a remote server, over the time of the SDK's client. */
export const REMOTE_CALL: Target = { atMost: 1.5 };

/** Kilobytes of 1,000 bytes, of the files that a call loads. */
export const BUNDLE_WITHOUT_STORE: Target = { atMost: 350 };
export const BUNDLE_WITH_STORE: Target = { atMost: 390 };

/** Kilobytes per 10,000 requests. A handler that does nothing was seen to grow by as much (November 2026). */
export const HEAP_GROWTH: Target = { atMost: 60 };

/** Bytes of telemetry in the artefact of a project without OpenTelemetry's API, and microseconds that its absence costs a call. */
export const TELEMETRY_ABSENT = { bytes: { atMost: 0 }, microseconds: { atMost: 2 } } as const;

/** Kilobytes that a call loads, and milliseconds until the first answer, where there is the API and no SDK. */
export const TELEMETRY_API = { kilobytes: { atMost: 10 }, milliseconds: { atMost: 15 } } as const;

/** Milliseconds until the first answer, and times of warm `tools/call` over HTTP, with `mcp-anycloud/otel`. */
export const TELEMETRY_SENT = { milliseconds: { atMost: 15 }, warm: { atMost: 1.25, by: "cpu" } } as const;

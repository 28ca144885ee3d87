import { byId, cloudBadge, h, timeOf } from "../dom.js";
import { nameOf, outcomeBadge } from "./request-labels.js";
import { timeline } from "./timeline.js";
import { waterfall } from "./waterfall.js";

const ERAS = { modern: "2026-07-28", legacy: "2025-11-25 or older" };

/** Shows everything that is known of a request, beside those that were `related`; of none, hides the place. */
export function showDetails(request, related, onClose) {
  const place = byId("details");
  place.hidden = request === undefined;
  if (!request) return place.replaceChildren();
  const {
    cloud,
    at,
    pid,
    session,
    era,
    status,
    durationMs,
    reads,
    writes,
    error,
    requestId,
    httpMethod,
    path,
    traceId,
  } = request;
  const facts = [
    ["Ingress", cloudBadge(cloud)],
    ["Instance", pid && `process ${pid}`],
    ["Outcome", h("span", {}, outcomeBadge(request), status === undefined ? "" : ` HTTP ${status}`)],
    ["Time", durationMs === undefined ? undefined : `${durationMs} ms`],
    ["Store", reads === undefined ? undefined : `${count(reads, "read")}, ${count(writes, "write")}`],
    ["Came", timeOf(at)],
    ["HTTP", httpMethod && `${httpMethod} ${path}`],
    ["Protocol", ERAS[era]],
    ["Trace", traceId && h("code", {}, traceId)],
    ["Session", session && h("code", {}, `${session}…`)],
    ["Request id", h("code", {}, requestId)],
  ].filter(([, value]) => value !== undefined);
  const close = h(
    "button",
    { type: "button", className: "close", ariaLabel: "Close the details", onclick: onClose },
    "×",
  );
  place.replaceChildren(
    h("h2", {}, ...nameOf(request), close),
    ...(error === undefined ? [] : [h("h3", {}, "Error"), h("pre", { className: "stack", tabIndex: 0 }, error)]),
    h("dl", {}, ...facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    ...waterfall(request, related),
    ...timeline(request),
  );
}

const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

import { cloudBadge, h } from "../dom.js";
import { timeBars } from "../time-bars.js";
import { endOf } from "./related-requests.js";
import { nameOf } from "./request-labels.js";

/**
 * A request and what belongs to it, each on the instance that served it, over the time of the request; with the operations
 * of the store that each waited for. Empty where there is nothing beside the request.
 */
export function waterfall(request, related) {
  if (related.length === 0 && request.operations.length === 0) return [];
  const from = request.at;
  const to = Math.max(endOf(request), from + 1);
  const rows = [request, ...related].map((one) => ({
    label: [
      ...nameOf(one),
      " ",
      cloudBadge(one.cloud),
      h("span", { className: "instance" }, ` process ${one.pid ?? ""}`),
    ],
    bars: [
      { from: one.at, to: endOf(one), kind: one === request ? "own" : "related", title: took(endOf(one) - one.at) },
      ...one.operations.map(({ afterMs, durationMs, kind, subject }) => ({
        from: one.at + afterMs,
        to: one.at + afterMs + durationMs,
        kind,
        title: `${kind} of ${subject}, +${Math.round(one.at + afterMs - from)} ms, ${took(durationMs)}`,
      })),
    ],
  }));
  return [
    h("h3", {}, "Over the instances"),
    timeBars(rows, { from, to, name: "The request over the instances" }),
    h("p", { className: "note" }, LEGEND),
  ];
}

const LEGEND = "Blocks are operations of the store: green ones read, orange ones write.";

const took = (ms) => `${Math.round(ms * 10) / 10} ms`;

import { h } from "../dom.js";

/** The events of a request's stream on a line of time, and as a list. Empty without events. */
export function timeline({ events, eventCount, durationMs }) {
  if (eventCount === 0) return [];
  const length = Math.max(durationMs ?? 0, events.at(-1)?.afterMs ?? 0, 1);
  const line = h("div", {
    className: "timeline",
    role: "img",
    ariaLabel: `${eventCount} events in ${Math.round(length)} ms`,
  });
  for (const { afterMs, kind } of events) {
    const mark = h("i", { className: classOf(kind), title: `+${afterMs} ms ${kind}` });
    // Marks at the end must not leave the line.
    mark.style.left = `${Math.min(Math.max((afterMs / length) * 100, 0), 100)}%`;
    line.append(mark);
  }
  const left = eventCount - events.length;
  return [
    h("h3", {}, "Stream"),
    line,
    h("div", { className: "scale", ariaHidden: "true" }, h("span", {}, "0"), h("span", {}, `${Math.round(length)} ms`)),
    left > 0 && h("p", { className: "note" }, `The first ${left} events are not kept.`),
    h(
      "ol",
      { className: "events", ariaLabel: "Events of the stream" },
      ...events.map(({ afterMs, kind, bytes }) =>
        h(
          "li",
          {},
          h("span", { className: "at" }, `+${afterMs} ms`),
          h("span", { className: `kind ${classOf(kind)}` }, kind),
          h("span", { className: "bytes" }, `${bytes} B`),
        ),
      ),
    ),
  ].filter(Boolean);
}

/** The kinds of events that look different. */
function classOf(kind) {
  if (kind === "result" || kind === "error" || kind === "heartbeat") return kind;
  if (kind.startsWith("notifications/")) return "notification";
  return kind.includes("/") ? "question" : "other";
}

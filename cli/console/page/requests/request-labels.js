import { h } from "../dom.js";

/** The method of a request and what it names. */
export function nameOf({ mcpMethod, mcpName, httpMethod, path }) {
  if (!mcpMethod) return [h("span", { className: "method" }, `${httpMethod ?? ""} ${path ?? ""}`)];
  return [
    h("span", { className: mcpName ? "method" : "" }, mcpMethod),
    mcpName && " ",
    mcpName && h("strong", {}, mcpName),
  ].filter(Boolean);
}

/** The outcome, or that there is none yet. */
export function outcomeBadge({ outcome, status, isClosed, streamed, eventCount }) {
  const isFailure = status >= 400;
  const text = outcome ?? (isClosed ? (isFailure ? status : "ended") : eventCount > 0 ? "streaming" : "in flight");
  const kind = outcome ?? (isFailure ? "failed" : isClosed ? "closed" : "open");
  return h(
    "span",
    { className: `badge outcome ${kind}`, title: streamed ? "answered as a stream" : "" },
    isFailure && outcome ? `${text} ${status}` : text,
  );
}

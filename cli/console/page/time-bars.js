import { h } from "./dom.js";

/**
 * Rows of bars on one scale of time, from `from` to `to` in Unix time in milliseconds. Each row has a `label`, elements or
 * texts, and `bars` with the times `from` and `to`, a `kind` for their colour, and a `title`, which people hear, too.
 */
export function timeBars(rows, { from, to, name }) {
  const share = (at) => Math.min(Math.max(((at - from) / (to - from)) * 100, 0), 100);
  return h(
    "div",
    { className: "bars" },
    h(
      "ol",
      { ariaLabel: name },
      ...rows.map(({ label, bars }) =>
        h(
          "li",
          {},
          h("span", { className: "bar-label" }, ...label),
          h("span", { className: "bar-line" }, ...bars.map((bar) => toBar(bar, share))),
        ),
      ),
    ),
    h(
      "div",
      { className: "scale", ariaHidden: "true" },
      h("span", {}, "0"),
      h("span", {}, `${Math.round(to - from)} ms`),
    ),
  );
}

function toBar({ from, to, kind, title }, share) {
  const bar = h("i", { className: kind, title, role: "img", ariaLabel: title });
  bar.style.left = `${share(from)}%`;
  bar.style.width = `${share(to) - share(from)}%`;
  return bar;
}

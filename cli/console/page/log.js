import { byId, h, timeOf } from "./dom.js";

const MOST = 1_000;

// Not every browser lets the keyboard scroll what is not focused.
byId("lines").tabIndex = 0;

/** Adds lines, and follows them when the end is in view. */
export function addLines(lines) {
  const list = byId("lines");
  const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  list.append(
    ...lines.map(({ at, from, text }) =>
      h(
        "li",
        {},
        h("span", { className: "time" }, timeOf(at)),
        h("span", { className: `badge cloud ${from}` }, from),
        h("span", { className: "text" }, text),
      ),
    ),
  );
  while (list.children.length > MOST) list.firstChild.remove();
  byId("no-lines").hidden = list.children.length > 0;
  if (isAtEnd) list.scrollTop = list.scrollHeight;
}

export const clearLines = () => byId("lines").replaceChildren();

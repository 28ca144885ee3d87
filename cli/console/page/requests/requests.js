import { byId, cloudBadge, h, timeOf } from "../dom.js";
import { showDetails } from "./details.js";
import { isRelated, relatedTo } from "./related-requests.js";
import { nameOf, outcomeBadge } from "./request-labels.js";

const MOST = 500;
const FAILURES = new Set(["tool_error", "protocol_error", "refused", "timed_out", "instance_lost"]);

/** Requests by number, each with its row. */
const shown = new Map();
let selected;

/** Makes the filters and the keys of the table work. */
export function startRequests() {
  for (const id of ["filter-ingress", "filter-text", "filter-failures"]) byId(id).addEventListener("input", filterAll);
  byId("requests")
    .querySelector("form")
    .addEventListener("submit", (event) => event.preventDefault());
  byId("clear").addEventListener("click", () => {
    for (const { row } of shown.values()) row.remove();
    shown.clear();
    select(undefined);
    filterAll();
  });
  byId("rows").addEventListener("keydown", (event) => {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (event.key === "Escape") select(undefined);
    if (!step) return;
    event.preventDefault();
    let row = event.target.closest("tr")[step];
    while (row?.hidden) row = row[step];
    row?.querySelector("button").focus();
  });
}

/** Shows requests that are new or have changed; `isAll` when they replace those that are shown. */
export function showRequests(requests, isAll) {
  if (isAll) {
    for (const { row } of shown.values()) row.remove();
    shown.clear();
  }
  for (const request of requests) {
    const row = shown.get(request.number)?.row ?? newRow(request.number);
    shown.set(request.number, { request, row });
    fillRow(row, request);
    row.hidden = !isWanted(request);
  }
  for (const [number, { row }] of shown) {
    if (shown.size <= MOST) break;
    row.remove();
    shown.delete(number);
  }
  if (selected !== undefined) {
    const { request } = shown.get(selected) ?? {};
    if (!request) select(undefined);
    else if (isAll || requests.some((other) => other === request || isRelated(other, request))) showSelected(request);
  }
  byId("no-requests").hidden = shown.size > 0;
}

function newRow(number) {
  const row = h("tr", {});
  row.addEventListener("click", () => select(number));
  byId("rows").prepend(row);
  return row;
}

/** Replaces the contents of the cells, so that the focus stays where it is. */
function fillRow(row, request) {
  const { cloud, at, pid, durationMs, reads, writes } = request;
  if (row.children.length === 0) {
    const button = h("button", { type: "button", className: "request" });
    row.append(
      h("td", { className: "time" }, timeOf(at)),
      h("td", {}, cloudBadge(cloud)),
      h("td", { className: "wide" }),
      h("td", { className: "name" }, button),
      h("td", {}),
      h("td", { className: "number" }),
      h("td", { className: "number wide" }),
      h("td", { className: "number wide" }),
    );
  }
  const [, , instance, name, outcome, ms, readCell, writeCell] = row.children;
  instance.textContent = pid ?? "";
  name.firstChild.replaceChildren(...nameOf(request));
  outcome.replaceChildren(outcomeBadge(request));
  ms.textContent = durationMs === undefined ? "" : Math.round(durationMs);
  readCell.textContent = reads ?? "";
  writeCell.textContent = writes ?? "";
}

function select(number) {
  for (const [other, { row }] of shown) row.classList.toggle("selected", other === number);
  const before = selected;
  selected = number;
  const { request } = shown.get(number) ?? {};
  showSelected(request);
  if (!request) shown.get(before)?.row.querySelector("button").focus();
}

function showSelected(request) {
  const all = [...shown.values()].map((other) => other.request);
  showDetails(request, request ? relatedTo(request, all) : [], () => select(undefined));
}

function filterAll() {
  for (const { request, row } of shown.values()) row.hidden = !isWanted(request);
  byId("no-requests").hidden = shown.size > 0;
}

function isWanted(request) {
  const cloud = byId("filter-ingress").value;
  if (cloud && request.cloud !== cloud) return false;
  const isFailure = FAILURES.has(request.outcome) || request.status >= 400;
  if (byId("filter-failures").checked && !isFailure) return false;
  const { mcpMethod = "", mcpName = "", outcome = "", session = "", httpMethod = "", pid = "" } = request;
  const text = `${mcpMethod} ${mcpName} ${outcome} ${session} ${httpMethod} ${pid}`.toLowerCase();
  return text.includes(byId("filter-text").value.trim().toLowerCase());
}

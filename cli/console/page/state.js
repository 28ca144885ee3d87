import { byId, h } from "./dom.js";

/** The kinds of items in the table; a kind that is not here is shown by its own name. */
const KINDS = {
  session: "Sessions",
  subscriptions: "Subscriptions of sessions",
  standalone: "Standalone streams",
  stream: "Streams of requests",
  mailbox: "Replies and messages of clients",
  events: "Change events",
  handle: "Handles",
  once: "Outcomes of once",
  rate: "Rate counters",
  streams: "Slots of open streams",
  "used-state": "Request states that were used",
  task: "Tasks",
  tasks: "Tasks",
  part: "Parts of large values",
};

const INTERVAL_MS = 2_000;
let isWatched = false;
let isLoading = false;
let readAt = 0;

/** Reads the state while its view is open. */
export function watchState(watched) {
  isWatched = watched;
  if (watched) load();
}

/** Reads the state again after a change, where it is in view. */
export function refreshState() {
  if (isWatched && Date.now() - readAt > INTERVAL_MS) load();
}
setInterval(refreshState, INTERVAL_MS);

async function load() {
  if (isLoading) return;
  isLoading = true;
  try {
    const response = await fetch("state");
    show(await response.json());
  } catch {
    // dev has ended: the connection's state says so.
  } finally {
    readAt = Date.now();
    isLoading = false;
  }
}

function show({ isLocal, kinds, sessions, isPartial }) {
  if (!isLocal) {
    const text =
      "There is no local table: dev runs with --no-store, or with a table of your own, which the console does not read.";
    return byId("state").replaceChildren(h("p", { className: "empty" }, text));
  }
  byId("state").replaceChildren(
    h("h2", {}, "Live sessions"),
    sessions.length === 0
      ? h("p", { className: "empty" }, "No session is open. Clients of 2026-07-28 need none.")
      : table(
          ["Session", "Client", "Protocol", "Lives until"],
          sessions.map(({ session, client, protocolVersion, activeUntil }) => [
            h("code", {}, `${session}…`),
            client || "unnamed",
            protocolVersion,
            new Date(activeUntil * 1_000).toLocaleString(),
          ]),
        ),
    h("h2", {}, "Items of the local table"),
    kinds.length === 0
      ? h("p", { className: "empty" }, "The table is empty.")
      : table(
          ["Kind", "Items"],
          kinds.map(({ kind, count }) => [KINDS[kind] ?? kind, String(count)]),
        ),
    ...(isPartial ? [h("p", { className: "note" }, "There are more items than were read.")] : []),
  );
}

const table = (titles, rows) =>
  h(
    "div",
    { className: "list" },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, ...titles.map((title) => h("th", { scope: "col" }, title)))),
      h("tbody", {}, ...rows.map((cells) => h("tr", {}, ...cells.map((cell) => h("td", {}, cell))))),
    ),
  );

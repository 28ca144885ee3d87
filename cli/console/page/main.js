import { showClients } from "./clients.js";
import { byId, cloudBadge, h } from "./dom.js";
import { addLines, clearLines } from "./log.js";
import { showRequests, startRequests } from "./requests/requests.js";
import { refreshState, watchState } from "./state.js";
import { startTabs } from "./tabs.js";
import { showTasks } from "./tasks/tasks.js";
import { startTools } from "./tools/tools.js";

const connection = byId("connection");
startTabs((view) => {
  watchState(view === "state");
  if (view === "tools") byId("load-tools").dispatchEvent(new Event("first"));
});
startRequests();
startTools();

const source = new EventSource("events");
source.addEventListener("open", () => setConnection("Connected", true));
source.addEventListener("error", () => setConnection("dev does not answer; trying again", false));
source.addEventListener("start", ({ data }) => {
  const { entry, ingresses, requests, log, tasks } = JSON.parse(data);
  byId("entry").textContent = entry;
  document.title = `${entry} · mcp-anycloud dev`;
  byId("ingresses").replaceChildren(
    ...ingresses.map(({ cloud, url, imitates }) => h("li", { title: imitates }, cloudBadge(cloud), h("code", {}, url))),
  );
  fill(byId("filter-ingress"), [["", "all"], ...ingresses.map(({ cloud }) => [cloud, cloud])]);
  fill(
    byId("call-ingress"),
    ingresses.map(({ cloud }) => [cloud, cloud]),
  );
  showClients(ingresses);
  clearLines();
  addLines(log);
  showRequests(requests, true);
  showTasks(tasks, true);
});
source.addEventListener("changes", ({ data }) => {
  const { requests, log, tasks } = JSON.parse(data);
  if (requests.length > 0) showRequests(requests, false);
  if (log.length > 0) addLines(log);
  if (tasks.length > 0) showTasks(tasks, false);
  refreshState();
});

function setConnection(text, isOpen) {
  connection.textContent = text;
  connection.classList.toggle("open", isOpen);
}

/** Keeps what is chosen when dev was started again. */
function fill(select, options) {
  const { value } = select;
  select.replaceChildren(...options.map(([name, text]) => h("option", { value: name }, text)));
  if (options.some(([name]) => name === value)) select.value = value;
}

import { byId, h, post } from "../dom.js";
import { schemaForm } from "./schema-form.js";

let tools = [];
let chosen;

/** Makes the view of the tools work: it loads them when it is first shown. */
export function startTools() {
  const button = byId("load-tools");
  button.addEventListener("click", load);
  button.addEventListener("first", () => tools.length === 0 && byId("call-ingress").value && load());
  for (const form of byId("tools").querySelectorAll("form")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      load();
    });
  }
}

/** How the form's calls are to be sent. */
function connection() {
  const authorization = byId("call-authorization").value.trim();
  return { cloud: byId("call-ingress").value, mode: byId("call-mode").value, ...(authorization && { authorization }) };
}

async function load() {
  const problem = byId("tools-problem");
  byId("load-tools").disabled = true;
  try {
    const answer = await post("tools", connection());
    if (answer.error !== undefined) throw new Error(answer.error);
    tools = answer.tools;
    problem.hidden = true;
    problem.textContent = "";
    showList();
    show(tools.find(({ name }) => name === chosen) ?? tools[0]);
  } catch (error) {
    problem.hidden = false;
    problem.textContent = `The tools cannot be listed: ${error.message}`;
  } finally {
    byId("load-tools").disabled = false;
  }
}

function showList() {
  byId("tool-list").replaceChildren(
    ...tools.map((tool) =>
      h(
        "li",
        {},
        h(
          "button",
          { type: "button", onclick: () => show(tool) },
          h("strong", {}, tool.name),
          tool.title && h("span", {}, tool.title),
        ),
      ),
    ),
  );
}

function show(tool) {
  chosen = tool?.name;
  for (const button of byId("tool-list").querySelectorAll("button")) {
    button.setAttribute("aria-current", String(button.querySelector("strong").textContent === chosen));
  }
  if (!tool) return byId("tool").replaceChildren(h("p", { className: "empty" }, "The server has no tools."));
  const form = schemaForm(tool.inputSchema);
  const result = h("div", { className: "result", role: "status" });
  const send = h("button", { type: "submit", className: "primary" }, "Call the tool");
  const stop = h("button", { type: "button", hidden: true }, "Stop waiting");
  const onsubmit = async (event) => {
    event.preventDefault();
    let given;
    try {
      given = form.read();
    } catch (error) {
      return showResult(result, { error: error.message }, "the form");
    }
    const left = new AbortController();
    stop.onclick = () => left.abort();
    send.disabled = true;
    stop.hidden = false;
    result.replaceChildren(h("p", { className: "note" }, "Waiting for the answer…"));
    const { cloud, ...options } = connection();
    try {
      showResult(
        result,
        await post("call", { cloud, ...options, tool: tool.name, arguments: given }, left.signal),
        cloud,
      );
    } catch (error) {
      showResult(result, { error: left.signal.aborted ? "The call was given up." : error.message }, cloud);
    } finally {
      send.disabled = false;
      stop.hidden = true;
    }
  };
  byId("tool").replaceChildren(
    h(
      "form",
      { className: "card call", ariaLabel: `Call ${tool.name}`, onsubmit },
      h("h2", {}, tool.name),
      tool.description && h("p", { className: "note" }, tool.description),
      form.element,
      h("div", { className: "actions" }, send, stop),
    ),
    result,
  );
}

function showResult(place, { result, error }, from) {
  const isError = error !== undefined || result.isError === true;
  const texts = (result?.content ?? []).map((block) =>
    block.type === "text" ? block.text : JSON.stringify(block, null, 2).slice(0, 20_000),
  );
  const structured = result?.structuredContent;
  place.replaceChildren(
    h(
      "h3",
      {},
      h("span", { className: `badge outcome ${isError ? "tool_error" : "ok"}` }, isError ? "error" : "ok"),
      ` from ${from}`,
    ),
    ...[error, ...texts].filter((text) => text !== undefined).map((text) => h("pre", { tabIndex: 0 }, text)),
    ...(structured === undefined
      ? []
      : [h("h4", {}, "Structured content"), h("pre", { tabIndex: 0 }, JSON.stringify(structured, null, 2))]),
  );
}
